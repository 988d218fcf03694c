"""A service that accepts Countersign's access tokens: it verifies them by itself, follows the feed of revocations, and
lets nobody in while it cannot know what has been revoked. Copy the folder and put your own routes at its end.
"""
import json
import logging
import os
import re
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

from feed import Feed
from revocations import decode, encode

RULES = {'algorithms': ['RS256'], 'leeway': 30, 'options': {'require': ['sub', 'client_id', 'iat', 'exp', 'jti']}}
TEXTS = ('jti', 'grant_id', 'sid', 'sub', 'client_id', 'scope')


class Refusal(Exception):
    """What RFC 6750 answers (section 3). Whoever came without a token is told no error."""

    def __init__(self, status, error=None, scope=None):
        self.status, self.error, self.scope = status, error, scope


class Guard:
    def __init__(self, issuer, audience, feed):
        self.issuer, self.audience, self.feed = issuer, audience, feed

    def admit(self, headers, scope=None):
        """Returns the claims of a caller who may come in; `scope` is what the route asks for."""
        given = headers.get_all('Authorization', [])
        if len(given) > 1:
            raise Refusal(400, 'invalid_request')
        bearer = re.fullmatch(r'(?i:bearer) +([A-Za-z0-9._~+/-]+=*)', given[0]) if given else None
        if bearer is None:
            raise Refusal(401)
        try:
            claims = self.verify(bearer[1])
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
            raise Refusal(401, 'invalid_token') from error
        # The tokens of people who signed in first-party have no scope: that is not a permission.
        if scope is not None and scope not in claims.get('scope', '').split(' '):
            raise Refusal(403, 'insufficient_scope', scope)
        return claims

    def verify(self, token):
        header, kid = read_header(token)
        key = self.feed.keys.get(kid)
        if key is None and not self.feed.is_fresh():
            raise Refusal(503, 'temporarily_unavailable')  # perhaps the key is new
        if key is None or header.get('typ') != 'at+jwt':
            raise ValueError('not an access token')
        claims = jwt.decode(token, key, issuer=self.issuer, audience=self.audience, **RULES)
        if not all(isinstance(claims.get(name, ''), str) for name in TEXTS):
            raise ValueError('not the claims of an access token')
        grant = claims['jti'].partition('.')[0]
        # A token that is bound to a key (`cnf`) is worth nothing without the proof, which is not looked at here.
        if claims.get('grant_id', grant) != grant or 'cnf' in claims:
            raise ValueError('not a token of Countersign, or not a bearer token')
        match self.feed.judge(claims, kid):
            case 'revoked':
                raise ValueError('revoked')
            case 'unknown':
                raise Refusal(503, 'temporarily_unavailable')
        return claims


def read_header(token):
    # One token has one spelling (base64 has several), and PyJWT overlooks `crit`, which says: understand or refuse.
    if [encode(decode(part)) for part in token.split('.')] != token.split('.'):
        raise ValueError('not canonical base64url')
    header = jwt.get_unverified_header(token)
    if 'crit' in header or not isinstance(header.get('kid'), str):
        raise ValueError('not a header that Countersign writes')
    return header, header['kid']


class Handler(BaseHTTPRequestHandler):
    timeout = 10
    guard: Guard
    routes = {
        '/orders': ('orders:read', lambda caller: {'customer': caller['sub'], 'orders': []}),
        '/whoami': (None, lambda caller: {'sub': caller['sub']}),
    }

    def do_GET(self):
        if self.path not in self.routes:
            return self.answer(404, {'error': 'not_found'})
        scope, work = self.routes[self.path]
        try:
            self.answer(200, work(self.guard.admit(self.headers, scope)))
        except Refusal as refusal:
            self.answer(refusal.status, {'error': refusal.error or 'token_missing'}, refusal)

    def answer(self, status, body, refusal=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        if status == 503:
            self.send_header('Retry-After', '1')
        elif refusal is not None:
            told = {'realm': self.guard.audience, 'error': refusal.error, 'scope': refusal.scope}
            self.send_header('WWW-Authenticate', 'Bearer ' + ', '.join(f'{name}="{value}"' for name, value in told.items() if value))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Says nothing: an address that somebody asks for may hold what no log should."""


def main(env):
    port = int(env.get('PORT', 4003))
    issuer, audience = env.get('ISSUER', 'http://127.0.0.1:3000'), env.get('AUDIENCE', f'http://127.0.0.1:{port}')
    instance = env.get('INSTANCE') or re.sub('[^A-Za-z0-9._:-]', '-', f'{socket.gethostname()[:80]}:{port}')
    feed = Feed(issuer, env['CLIENT_ID'], env['CLIENT_SECRET'], instance, float(env.get('MAX_STALENESS', 5)))
    Handler.guard = Guard(issuer, audience, feed)
    with ThreadingHTTPServer(('127.0.0.1', port), Handler) as server:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        feed.start()
        print(f'Listening at http://127.0.0.1:{server.server_port}', flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            feed.close()


if __name__ == '__main__':
    logging.basicConfig(format='%(message)s')
    main(os.environ)
