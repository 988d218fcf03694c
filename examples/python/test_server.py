"""What the guard lets in, and what it answers to everything else."""
import base64
import hashlib
import hmac
import json
import time
import unittest
from email.message import Message

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from feed import Feed
from revocations import HEADER, View, encode, key_of
from server import Guard, Refusal

ISSUER, AUDIENCE, KID = 'https://id.example', 'https://orders.example', 'key-1'
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
GRANT = 'AAAAAABkajdodNb-_WRUDw'
HEADERS = {'typ': 'at+jwt', 'kid': KID}


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


class GuardTest(unittest.TestCase):
    def setUp(self):
        self.feed = Feed(ISSUER, 'orders', 'none', 'test')
        self.feed.view, self.feed.keys = View(HEADER.pack(b'CSRV', 1, 23, 0, 0, bytes(12), 0)), {KID: KEY.public_key()}
        self.feed.prove(self.feed.view, time.monotonic())
        self.guard = Guard(ISSUER, AUDIENCE, self.feed)

    def admit(self, *authorizations, scope=None):
        headers = Message()
        for value in authorizations:
            headers['Authorization'] = value
        return self.guard.admit(headers, scope)

    def assert_refused(self, status, error, *authorizations, scope=None):
        with self.assertRaises(Refusal) as caught:
            self.admit(*authorizations, scope=scope)
        self.assertEqual((caught.exception.status, caught.exception.error), (status, error), authorizations)

    def test_a_good_token(self):
        self.assertEqual(self.admit(f'Bearer {sign()}', scope='orders:read')['sub'], 'usr_1')
        self.assertTrue(self.admit(f'bearer  {sign(claims_with(aud=["https://stock.example", AUDIENCE]))}'))

    def test_no_token(self):
        self.assert_refused(401, None)
        self.assert_refused(401, None, 'Basic b3JkZXJzOnNlY3JldA==')
        self.assert_refused(400, 'invalid_request', f'Bearer {sign()}', f'Bearer {sign()}')

    def test_scopes_are_compared_whole(self):
        for scope in (None, '', 'orders:reader', 'orders', 'xorders:read'):
            self.assert_refused(403, 'insufficient_scope', f'Bearer {sign(claims_with(scope=scope))}', scope='orders:read')

    def test_claims(self):
        past = int(time.time()) - 60
        for changes in ({'iss': ISSUER + '/'}, {'aud': 'https://stock.example'}, {'aud': None}, {'exp': past}, {'exp': None},
                        {'jti': None}, {'sub': None}, {'client_id': None}, {'iat': None}, {'nbf': past + 1000},
                        {'grant_id': 'AQAAAAAA9at7XlrktlvwqA'}, {'sid': 7}, {'jti': 7}, {'sub': []}, {'scope': ['orders:read']},
                        {'cnf': {'jkt': 'x'}}):
            self.assert_refused(401, 'invalid_token', f'Bearer {sign(claims_with(**changes))}')

    def test_headers(self):
        other = rsa.generate_private_key(65537, 2048)
        for header in ({'typ': 'JWT'}, {'typ': None}, {'kid': 'key-2'}, {'kid': None}, {'kid': ['key-1']}, {'kid': {}},
                       {'crit': ['b64'], 'b64': True}, {'crit': ['exp']}):
            try:
                token = sign(**header)
            except Exception:  # PyJWT will not make every header that others may
                token = forge({'alg': 'RS256', **header})
            self.assert_refused(401, 'invalid_token', f'Bearer {token}')
        embedded = jwt.encode(claims_with(), other, 'RS256', headers={**HEADERS, 'jwk': {'kty': 'RSA'}, 'jku': ISSUER})
        self.assert_refused(401, 'invalid_token', f'Bearer {embedded}')

    def test_signatures(self):
        head, payload, signature = sign().split('.')
        confused = forge({'alg': 'HS256'}).rpartition('.')[0]
        confused += '.' + encode(hmac.new(PEM, confused.encode(), hashlib.sha256).digest())
        last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
        respelled = last[last.index(signature[-1]) ^ 1]
        self.assertEqual(*(base64.urlsafe_b64decode(f'{signature[:-1]}{end}==') for end in (signature[-1], respelled)))
        for token in (forge({'alg': 'none'}), forge({'alg': 'RS256'}), confused, f'{head}.{payload}.', f'{head}.{payload}',
                      f'{head}.{payload}.{signature}.', f'{head}.{payload}.{signature[:-1]}{respelled}',
                      f'{head}.{payload}.{signature}==', encode(b'[' * 40_000) + f'.{payload}.{signature}', '...', 'x'):
            self.assert_refused(401, 'invalid_token', f'Bearer {token}')

    def test_revoked_and_unknown(self):
        self.feed.view.proven_at -= 6
        self.assert_refused(503, 'temporarily_unavailable', f'Bearer {sign()}')
        self.assert_refused(503, 'temporarily_unavailable', f'Bearer {sign(kid="key-3")}')
        self.assert_refused(401, 'invalid_token', f'Bearer {sign(claims_with(aud="x"))}')
        self.feed.view.add(b'\2' + key_of(2, GRANT) + bytes(6) + b'\xff' * 4)
        self.assert_refused(401, 'invalid_token', f'Bearer {sign()}')


if __name__ == '__main__':
    unittest.main()
