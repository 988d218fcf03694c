"""Whom the service lets in, and what it answers to everybody else: `python3 -m unittest` in this folder."""
import base64
import hashlib
import hmac
import json
import re
import threading
import time
import unittest
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.utils import base64url_decode, base64url_encode

import server
from revocations import View, key_of

ISSUER_KEY = b'\7' + bytes(12)
ISSUER, AUDIENCE, KID = server.FEED.issuer, server.AUDIENCE, 'key-1'
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
JWK = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), 'alg': 'RS256', 'kid': KID}
GRANT = 'AAAAAABkajdodNb-_WRUDw'
HEADERS = {'typ': 'at+jwt', 'kid': KID}


def encode(octets):
    return base64url_encode(octets).decode()


def claims_with(**changes):
    now = int(time.time())
    claims = {'iss': ISSUER, 'aud': AUDIENCE, 'sub': 'usr_1', 'client_id': 'web', 'iat': now, 'exp': now + 600,
              'jti': f'{GRANT}.ImXaughy_Drv', 'grant_id': GRANT, 'scope': 'orders:read', **changes}
    return {name: value for name, value in claims.items() if value is not None}


def sign(claims=None, **headers):
    return jwt.encode(claims or claims_with(), KEY, 'RS256', headers={**HEADERS, **headers})


def forge(header, claims=None, signature=b''):
    parts = [encode(json.dumps(part).encode()) for part in ({**HEADERS, **header}, claims or claims_with())]
    return '.'.join([*parts, encode(signature)])


class Service(unittest.TestCase):
    def setUp(self):
        server.FEED.view, server.FEED.keys = View('0.AAAAAAAAAAAAAAAA'), {KID: KEY.public_key()}
        server.FEED.view.proven_at = time.monotonic()
        server.FEED.removed = set()

    def revoke(self, key, cutoff=0):
        server.FEED.view.add(key + cutoff.to_bytes(6, 'big') + b'\xff' * 4)

    def assert_answer(self, status, error, token, scope=None):
        answered, header, claims = server.admit(f'Bearer {token}', scope)
        told = re.search('error="(.+?)"', header[1])
        self.assertEqual((answered, told and told[1]), (status, error), token)
        self.assertEqual(claims != {}, status == 200, token)

    def test_a_good_token(self):
        self.assert_answer(200, None, sign(), scope='orders:read')
        self.assert_answer(200, None, sign(claims_with(aud=['https://stock.example', AUDIENCE])))
        self.assertEqual(server.admit(f'bearer  {sign()}')[2]['sub'], 'usr_1')

    def test_no_token(self):
        for authorization in ('', 'Basic b3JkZXJzOnNlY3JldA==', sign()):
            self.assertEqual(server.admit(authorization), (401, ('WWW-Authenticate', server.REALM), {}))
        self.assert_answer(401, 'invalid_token', '')

    def test_scopes_are_compared_whole(self):
        for scope in (None, '', 'orders:reader', 'orders', 'xorders:read', ['orders:read']):
            self.assert_answer(403, 'insufficient_scope', sign(claims_with(scope=scope)), scope='orders:read')

    def test_claims(self):
        past = int(time.time()) - 60
        for changes in ({'iss': ISSUER + '/'}, {'aud': 'https://stock.example'}, {'aud': None}, {'exp': past},
                        {'exp': None},
                        {'jti': None}, {'sub': None}, {'client_id': None}, {'iat': None}, {'nbf': past + 1000},
                        {'grant_id': 'AQAAAAAA9at7XlrktlvwqA'}, {'sid': 7}, {'jti': 7}, {'sub': []}, {'client_id': 7},
                        {'cnf': {'jkt': 'x'}}):
            self.assert_answer(401, 'invalid_token', sign(claims_with(**changes)))

    def test_headers(self):
        other = rsa.generate_private_key(65537, 2048)
        for header in ({'typ': 'JWT'}, {'typ': None}, {'kid': 'key-2'}, {'kid': None}, {'kid': ['key-1']}, {'kid': {}},
                       {'crit': ['b64'], 'b64': True}, {'crit': ['exp']}):
            try:
                token = sign(**header)
            except Exception:  # PyJWT will not make every header that others may
                token = forge({'alg': 'RS256', **header})
            self.assert_answer(401, 'invalid_token', token)
        embedded = jwt.encode(claims_with(), other, 'RS256', headers={**HEADERS, 'jwk': {'kty': 'RSA'}, 'jku': ISSUER})
        self.assert_answer(401, 'invalid_token', embedded)

    def test_members_that_are_there_twice_and_tokens_without_end(self):
        def sign_text(header, payload):
            head = '.'.join(encode(part.encode()) for part in (header, payload))
            return f'{head}.{encode(KEY.sign(head.encode(), padding.PKCS1v15(), hashes.SHA256()))}'
        header, payload = json.dumps({'alg': 'RS256', **HEADERS}), json.dumps(claims_with())
        self.assert_answer(200, None, sign_text(header, payload))
        self.assert_answer(401, 'invalid_token', sign_text('{"alg":"none",' + header[1:], payload))
        self.assert_answer(401, 'invalid_token', sign_text(header, '{"exp":1,' + payload[1:]))
        for name in ('exp', 'iat', 'nbf'):
            others = json.dumps(claims_with(**{name: None}))[1:]
            good = claims_with().get(name, 1)
            self.assert_answer(200, None, sign_text(header, f'{{"{name}":{good},{others}'))
            for number in ('1e400', '-1e400', 'NaN'):
                self.assert_answer(401, 'invalid_token', sign_text(header, f'{{"{name}":{number},{others}'))
        self.assert_answer(401, 'invalid_token', sign(claims_with(more='x' * 8000)))

    def test_a_token_without_a_grant(self):
        jti = 'c.AAAAAAAAAAAAAAAA.1000.ImXaughy_Drv'
        token = sign(claims_with(grant_id=None, jti=jti, sub='web'))
        self.assert_answer(200, None, token)
        self.revoke(key_of(5, 'web'), 1000)
        self.assert_answer(200, None, token)
        self.revoke(key_of(5, 'web'), 1001)
        self.assert_answer(401, 'invalid_token', token)

    def test_signatures(self):
        head, payload, signature = sign().split('.')
        confused = forge({'alg': 'HS256'}).rpartition('.')[0]
        confused += '.' + encode(hmac.new(PEM, confused.encode(), hashlib.sha256).digest())
        last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        respelled = last[last.index(signature[-1]) ^ 1]
        self.assertEqual(*(base64.urlsafe_b64decode(f'{signature[:-1]}{end}==') for end in (signature[-1], respelled)))
        for token in (forge({'alg': 'none'}), forge({'alg': 'RS256'}), confused,
                      f'{head}.{payload}.', f'{head}.{payload}',
                      f'{head}.{payload}.{signature}.', f'{head}.{payload}.{signature[:-1]}{respelled}',
                      f'{head}.{payload}.{signature}==', encode(b'[' * 40_000) + f'.{payload}.{signature}', '...', 'x'):
            self.assert_answer(401, 'invalid_token', token)

    def test_revoked_by_whatever_it_has(self):
        jti = f'{GRANT}.ImXaughy_Drv'
        for key in (key_of(1, jti), key_of(2, GRANT), key_of(3, 'ses_1'), key_of(4, 'usr_1'), key_of(5, 'web'),
                    key_of(6, KID), ISSUER_KEY):
            self.setUp()
            self.assert_answer(200, None, sign(claims_with(sid='ses_1')))
            self.revoke(key)
            self.assert_answer(401, 'invalid_token', sign(claims_with(sid='ses_1')))
            self.setUp()
            self.revoke(key[:-1] + bytes([key[-1] ^ 1]))
            self.assert_answer(200, None, sign(claims_with(sid='ses_1')))

    def test_a_cutoff_spares_later_tokens(self):
        number = int.from_bytes(base64url_decode(GRANT)[:6], 'big')
        self.revoke(key_of(4, 'usr_1'), number)
        self.assert_answer(200, None, sign())
        self.revoke(key_of(4, 'usr_1'), number + 1)
        self.assert_answer(401, 'invalid_token', sign())

    def list_keys(self, *keys, removed=()):
        server.FEED.apply({'event': 'jwks', 'data': json.dumps({'keys': keys, 'removed': removed})}, 0)

    def test_a_key_that_is_listed_no_more(self):
        self.list_keys(JWK)
        self.assert_answer(200, None, sign())
        for keys in ([], [{**JWK, 'kid': 'key-2'}], [{**JWK, 'alg': 'PS256'}]):
            self.list_keys(*keys)
            self.assert_answer(401, 'invalid_token', sign())
        self.list_keys(JWK)
        self.assert_answer(200, None, sign())

    def test_a_key_that_was_removed_never_comes_back(self):
        next_key = {**JWK, 'kid': 'key-2'}
        for removed in ([KID], ['key-0'], []):
            self.list_keys(JWK, next_key, removed=removed)
            self.assert_answer(401, 'invalid_token', sign())
            self.assert_answer(200, None, sign(kid='key-2'))
        self.assertEqual(list(server.FEED.keys), ['key-2'])

    def test_a_view_that_is_too_old_lets_nobody_in(self):
        server.FEED.view.proven_at -= server.FEED.rule['max_staleness'] - 1
        self.assert_answer(200, None, sign())
        server.FEED.view.proven_at -= 2
        self.assert_answer(503, None, sign())
        self.assertEqual(server.admit('')[0], 401)
        server.FEED.view = View('0.AAAAAAAAAAAAAAAA')  # as it comes from a snapshot
        self.assert_answer(503, None, sign())

    def test_what_is_sent(self):
        with ThreadingHTTPServer(('127.0.0.1', 0), server.Handler) as service:
            threading.Thread(target=service.serve_forever, daemon=True).start()
            good, narrow = f'Bearer {sign()}', f'Bearer {sign(claims_with(scope="orders"))}'
            realm = f'Bearer realm="{AUDIENCE}"'
            for path, authorizations, status, challenge in (
                    ('/orders', [good], 200, None), ('/whoami', [narrow], 200, None), ('/other', [good], 404, None),
                    ('/orders', [], 401, realm), ('/orders', ['Bearer x'], 401, f'{realm}, error="invalid_token"'),
                    ('/orders', [good, good], 401, f'{realm}, error="invalid_token"'),
                    ('/orders', ['Basic eDp5', good], 401, realm),
                    ('/orders', [narrow], 403, f'{realm}, error="insufficient_scope", scope="orders:read"')):
                connection = HTTPConnection(*service.server_address)
                connection.putrequest('GET', path)
                for authorization in authorizations:
                    connection.putheader('Authorization', authorization)
                connection.endheaders()
                answer = connection.getresponse()
                self.assertEqual((answer.status, answer.headers['WWW-Authenticate']), (status, challenge), path)
                connection.close()
            service.shutdown()


if __name__ == '__main__':
    unittest.main()
