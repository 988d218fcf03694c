"""Follows Countersign's revocation feed (docs/revocation-feed.md) in two threads: one reads, one acknowledges."""
import base64
import gzip
import json
import logging
import random
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

import jwt

from revocations import View, decode

PATIENCE = 5  # seconds that the service may be silent


class Feed:
    """`keys` are those that tokens may be verified with: {kid: public key}."""

    def __init__(self, issuer, client_id, client_secret, instance, max_staleness=5):
        self.issuer, self.credentials = issuer, f'{quote(client_id, safe="")}:{quote(client_secret, safe="")}'
        self.rule = {'instance': instance, 'max_staleness': max_staleness, 'when_stale': 'reject'}
        # A new snapshot makes a new view, so that nobody sees half of one, or an old proof beside a new table.
        self.view, self.keys, self.removed = None, {}, set()
        self.token, self.delay, self.swept_at = None, 0.1, 0
        self.snapshot_needed, self.changed, self.stopped = threading.Event(), threading.Event(), threading.Event()
        self.opener = urllib.request.build_opener(RefuseRedirects)

    def start(self):
        for work in (self.follow, self.acknowledge):
            threading.Thread(target=work, daemon=True).start()

    def close(self):
        """Says goodbye, so that nobody waits for this instance."""
        self.stopped.set()
        try:
            self.call(f'/revocations/ack?{urlencode({"instance": self.rule["instance"]})}', method='DELETE').close()
        except Exception as error:
            logging.warning('Saying goodbye: %s', error)

    def judge(self, claims, kid):
        """'revoked' or 'good'; 'unknown' where the view is too old to tell."""
        view, fresh = self.view, self.is_fresh()
        if view is not None and view.covers(claims, kid):
            return 'revoked'
        return 'good' if fresh else 'unknown'

    def is_fresh(self):
        view = self.view
        return view is not None and time.monotonic() - view.proven_at <= self.rule['max_staleness']

    def follow(self):
        while not self.stopped.is_set():
            pause = '0'
            try:
                self.token = self.fetch_token()
                if self.view is None or self.snapshot_needed.is_set():
                    self.take_snapshot()
                self.read_stream()
            except Exception as error:  # whatever it was: without going on there is no fresh view ever again
                logging.warning('The revocation feed: %s', error)
                if isinstance(error, urllib.error.HTTPError):
                    pause = error.headers.get('Retry-After', '0')
                    if error.code == 410:
                        self.snapshot_needed.set()
            self.stopped.wait(max(int(pause) if pause.isdigit() else 0, self.delay * random.uniform(0.5, 1.5)))
            self.delay = min(2 * self.delay, 2)

    def take_snapshot(self):
        with self.call('/revocations/snapshot', headers={'Accept-Encoding': 'gzip'}) as answer:
            body = answer.read()
            self.view = View(gzip.decompress(body) if answer.headers.get('Content-Encoding') == 'gzip' else body)
        self.snapshot_needed.clear()

    def read_stream(self):
        sent_at = time.monotonic()
        with self.call(f'/revocations/feed?{urlencode({"after": self.view.point, **self.rule})}') as stream:
            for name, point, data in read_events(stream):
                self.take_event(name, point, data, sent_at)
                if name in ('stale', 'end') or self.snapshot_needed.is_set():
                    return

    def take_event(self, name, point, data, sent_at):
        view = self.view
        if name == 'jwks':
            self.removed |= set(data['removed'])
            self.keys = {key['kid']: jwt.PyJWK(key).key for key in data['keys']
                         if key['alg'] == 'RS256' and key['kid'] not in self.removed}
            self.changed.set()
        elif name == 'revocations' and data['after'] == view.seq:
            view.add(decode(data['entries']))
            view.point = point
            self.changed.set()
        elif name == 'heartbeat' and data['seq'] == view.seq:
            self.prove(view, sent_at + data['confirmed'] / 1000)
        elif name in ('revocations', 'heartbeat', 'reset'):
            self.snapshot_needed.set()

    def prove(self, view, moment):
        now = time.monotonic()
        if moment > now + 1:
            raise ValueError('the clock of this machine has stood still')
        view.proven_at = max(view.proven_at, min(moment, now))
        self.delay = 0.1
        if now > self.swept_at + 60:
            view.forget_expired(time.time())
            self.swept_at = now

    def acknowledge(self):
        while not self.stopped.is_set():
            self.changed.wait(30)
            self.changed.clear()  # before looking, so that what changes from here on is told next
            if self.view is None or self.snapshot_needed.is_set():
                continue
            try:
                told = {**self.rule, 'point': self.view.point, 'kids': list(self.keys)}
                self.call('/revocations/ack', json.dumps(told).encode(), {'Content-Type': 'application/json'}).close()
            except Exception as error:
                logging.warning('Acknowledging revocations: %s', error)
                if getattr(error, 'code', None) == 410:
                    self.snapshot_needed.set()
                self.stopped.wait(1)
                self.changed.set()

    def fetch_token(self):
        headers = {'Authorization': f'Basic {base64.b64encode(self.credentials.encode()).decode()}'}
        form = {'grant_type': 'client_credentials', 'scope': 'revocations:read'}
        with self.call('/oauth/token', urlencode(form).encode(), headers) as answer:
            return json.load(answer)['access_token']

    def call(self, path, body=None, headers=None, method=None):
        headers = {'Authorization': f'Bearer {self.token}', **(headers or {})}
        request = urllib.request.Request(self.issuer + path, body, headers, method=method)
        return self.opener.open(request, timeout=PATIENCE)


class RefuseRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would take the secret along to wherever an answer points."""

    def redirect_request(self, *_):
        return None


def read_events(stream):
    """Server-sent events: (name, id, data). One that the end of the stream cuts short is none."""
    event = {}
    for line in stream:
        name, _, value = line.decode().rstrip('\r\n').partition(':')
        if name:
            event[name] = value.removeprefix(' ')
        elif event and not value:
            yield event.get('event'), event.get('id'), json.loads(event.get('data', 'null'))
            event = {}
