"""Follows Countersign's revocation feed, as docs/revocation-feed.md says."""
import base64
import json
import logging
import time
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import jwt.utils

from revocations import View, read_snapshot


class Feed:
    """`view` is what is revoked, and `keys` those to verify tokens with: {kid: public key}."""

    def __init__(self, issuer, client_id, client_secret, instance, max_staleness=5):
        self.issuer = issuer
        self.rule = {'instance': instance, 'max_staleness': max_staleness, 'when_stale': 'reject'}
        self.basic = base64.b64encode(f'{quote(client_id, "")}:{quote(client_secret, "")}'.encode()).decode()
        self.view, self.keys, self.removed = View(), {}, set()
        self.delay, self.told, self.told_at = 0.1, None, 0
        self.learned_at = self.known_at = float('-inf')

    def follow(self, sleep=time.sleep):
        while True:
            try:
                self.connect()
            except Exception as error:  # whatever it was: without going on no view is fresh again
                logging.warning('The revocation feed: %r', error)
                # After a connection that failed it goes on where it was; after 410 and all else it takes a snapshot.
                if not isinstance(error, OSError) or getattr(error, 'code', None) == 410:
                    self.view.point = None
                # Ten seconds at the most: a large number must neither end this thread nor stop it for long.
                asked = getattr(error, 'headers', {}).get('Retry-After', '')
                self.delay = max(self.delay, min(int(asked[:3]), 10) if asked.isdecimal() else 0)
            sleep(self.delay)
            self.delay = min(2 * self.delay, 2)

    def connect(self):
        form = urlencode({'grant_type': 'client_credentials', 'scope': 'revocations:read'})
        bearer = f'Bearer {json.load(self.call("/oauth/token", f"Basic {self.basic}", form))["access_token"]}'
        if not self.view.point:
            # Another view: nobody sees half of a table, or an old proof beside a new table. What proves less than was
            # known already proves nothing: it may come from an instance that lags behind.
            self.known_at, self.view = self.learned_at, read_snapshot(self.call('/revocations/snapshot', bearer).read())
            self.learned_at = time.monotonic()
        query, sent_at = urlencode({'after': self.view.point, **self.rule}), time.monotonic()
        with self.call(f'/revocations/feed?{query}', bearer) as stream:
            # Ended on the service's clock too: while this one is wrong, it would lose what still counts.
            date, now = parsedate_tz(stream.headers['Date']), time.time()
            now = min(now, mktime_tz(date) if date else now - 3600)
            self.view.table = {key: row for key, row in self.view.table.items() if row[1] + 60 >= now}
            for event in read_events(stream):
                self.apply(event, sent_at)
                news = {**self.rule, 'point': self.view.point, 'kids': list(self.keys)}
                # Once a second at most: a flood of revocations must not keep the stream unread.
                if time.monotonic() - self.told_at > (30 if news == self.told else 1):
                    # Noted first: when it fails, a heartbeat must come through before it is tried again.
                    self.told, self.told_at = news, time.monotonic()
                    self.call('/revocations/ack', bearer, json.dumps(news), 'application/json').close()

    def apply(self, event, sent_at):
        name, data, now = event.get('event'), json.loads(event.get('data', 'null')), time.monotonic()
        view, seq = self.view, int(self.view.point.partition('.')[0])
        if name == 'jwks':
            self.removed.update(data['removed'])  # for good, whatever is listed later
            self.keys = {key['kid']: jwt.PyJWK(key).key for key in data['keys']
                         if key['alg'] == 'RS256' and key['kid'] not in self.removed}
        elif name == 'revocations' and data['after'] == seq:
            view.add(jwt.utils.base64url_decode(data['entries']))
            view.point, self.learned_at = event['id'], now
        # One that was sent in the future says that the clock of this machine has stood still.
        elif name == 'heartbeat' and data['seq'] == seq and sent_at + data['sent'] / 1000 <= now + 1:
            proven_at, self.delay = min(sent_at + data['confirmed'] / 1000, now), 0.1
            if proven_at >= self.known_at:
                view.proven_at = max(view.proven_at, proven_at)
        elif name in ('revocations', 'heartbeat', 'reset'):  # `stale` and `end` only say why it ends now
            raise ValueError(f'a snapshot is needed: at {seq} nothing is proven by {event}')

    def call(self, path, authorization, body=None, media_type='application/x-www-form-urlencoded'):
        request = Request(self.issuer + path, body and body.encode(), {'Content-Type': media_type})
        # Or else urllib takes the secret along to wherever an answer redirects.
        request.add_unredirected_header('Authorization', authorization)
        return urlopen(request, timeout=5)


def read_events(stream):
    """Server-sent events. One that the end of the stream cuts short is none."""
    event = {}
    for line in map(bytes.decode, stream):
        event.update([map(str.strip, line.partition(':')[::2])])
        if line.isspace():
            yield event
            event = {}
