"""Accepts Countersign's access tokens, and nobody while it cannot know which are revoked."""
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import getenv, uname
from threading import Thread

import jwt.utils

from feed import Feed

PORT = int(getenv('PORT', 4003))
AUDIENCE = getenv('AUDIENCE', f'http://127.0.0.1:{PORT}')
FEED = Feed(getenv('ISSUER', 'http://127.0.0.1:3000'), getenv('CLIENT_ID', ''), getenv('CLIENT_SECRET', ''),
            f'{uname().nodename}:{PORT}', int(getenv('MAX_STALENESS', 5)))
SCOPES = {'/orders': 'orders:read', '/whoami': None}  # what each route asks for
REALM = f'Bearer realm="{AUDIENCE}"'


def admit(authorization, scope=None):
    """The answer: its status, a header, and the claims of the caller who is let in."""
    view = FEED.view  # once: another may take its place, of which nothing is proven yet
    scheme, _, token = authorization.partition(' ')
    if scheme.lower() != 'bearer':  # RFC 6750, section 3: who came without a token is told no error
        return 401, ('WWW-Authenticate', REALM), {}
    if time.monotonic() - view.proven_at > FEED.rule['max_staleness']:
        return 503, ('Retry-After', '1'), {}
    try:
        claims = verify(token.strip(), view)
    except Exception:  # whatever is wrong with a token, it lets nobody in
        return 401, ('WWW-Authenticate', f'{REALM}, error="invalid_token"'), {}
    # The tokens of people who signed in first-party have no scope: that is not a permission.
    if scope and scope not in str(claims.get('scope')).split(' '):
        return 403, ('WWW-Authenticate', f'{REALM}, error="insufficient_scope", scope="{scope}"'), {}
    return 200, ('Content-Type', 'application/json'), claims


def verify(token, view):
    parts = token.encode().split(b'.') if len(token) <= 8192 else []
    decoded = [jwt.utils.base64url_decode(part) for part in parts]
    # As pairs, so that a member that is there twice is seen.
    pairs = [json.loads(part, object_pairs_hook=list) for part in decoded[:2]]
    header = dict(pairs[0])
    claims = jwt.decode(token, FEED.keys[header['kid']], ['RS256'], issuer=FEED.issuer, audience=AUDIENCE,
                        leeway=30, options={'require': ['sub', 'client_id', 'iat', 'exp', 'jti']})
    # Base64 has several spellings of one token, and `crit` says: understand or refuse.
    is_canonical = parts == [jwt.utils.base64url_encode(part) for part in decoded]
    is_plain = 'crit' not in header and all(len(dict(each)) == len(each) for each in pairs)
    is_ours = header['typ'] == 'at+jwt' and claims.get('grant_id') in (None, claims['jti'].split('.')[0])
    # Bound to a key (`cnf`), a token is worth nothing without a proof, which nobody looks at here.
    if not (is_canonical and is_plain and is_ours) or 'cnf' in claims or view.covers({**claims, 'kid': header['kid']}):
        raise ValueError('revoked, or not an access token of Countersign')
    return claims


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):
        if self.path not in SCOPES:
            return self.send_error(404)
        status, header, claims = admit(', '.join(self.headers.get_all('Authorization', [])), SCOPES[self.path])
        self.send_response(status)
        self.send_header(*header)
        self.end_headers()
        self.wfile.write(json.dumps(claims).encode())


if __name__ == '__main__':
    with ThreadingHTTPServer(('127.0.0.1', PORT), Handler) as server:
        Thread(target=FEED.follow, daemon=True).start()
        print(f'Listening at http://127.0.0.1:{PORT}', flush=True)
        server.serve_forever()
