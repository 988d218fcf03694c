"""The test vectors of the revocation feed: `python3 -m unittest` in this folder."""
import base64
import json
import time
import unittest
from pathlib import Path

from jwt.utils import base64url_decode

from feed import Feed, read_events
from revocations import View, key_of, number_of, read_snapshot

VECTORS = json.loads((Path(__file__).parents[2] / 'docs' / 'revocation-feed.vectors.json').read_text())
NAMES = ['token', 'grant', 'session', 'user', 'client', 'key', 'issuer']
EMPTY = '0.AAAAAAAAAAAAAAAA'
ISSUER = b'\7' + bytes(12)


class Vectors(unittest.TestCase):
    def test_keys_of_values(self):
        for vector in VECTORS['keys']:
            kind = NAMES.index(vector['kind']) + 1
            key = ISSUER if vector['kind'] == 'issuer' else key_of(kind, vector['value'])
            self.assertEqual(key.hex(), f'{kind:02x}{vector["key"]}', vector['note'])

    def test_numbers(self):
        for vector in VECTORS['numbers']:
            expected = -1 if vector['number'] is None else vector['number']
            self.assertEqual(number_of(vector['jti']), expected, vector['jti'])

    def test_judgements(self):
        for vector in VECTORS['judgements']:
            view = View(EMPTY, b''.join(map(bytes.fromhex, vector['entries'])))
            self.assertEqual(view.covers(vector['token']), vector['revoked'] is not None, vector['note'])

    def test_the_snapshot(self):
        body, expected = base64.b64decode(VECTORS['snapshot']['base64']), VECTORS['snapshot']
        view = read_snapshot(body)
        self.assertEqual((view.point, len(view.table)), (expected['point'], expected['count']))
        entries = b''.join(bytes.fromhex(entry['bytes']) for entry in VECTORS['entries'])
        self.assertEqual(body[32:], entries)
        self.assertEqual(view.table, View(EMPTY, entries).table)
        for other in (body[:-1], body + b'x', body[:20], body[:-23], b'CSRW' + body[4:],
                      body[:4] + b'\2' + body[5:], body[:5] + b'\x18' + body[6:]):
            self.assertRaises(Exception, read_snapshot, other)

    def test_of_two_entries_the_later_end_counts(self):
        early, late = (b'\2' + bytes(18) + end.to_bytes(4, 'big') for end in (1000, 2000))
        for entries in (early + late, late + early):
            self.assertEqual([end for _, end in View(EMPTY, entries).table.values()], [2000])


class Stream(unittest.TestCase):
    def setUp(self):
        self.feed = Feed('http://127.0.0.1', 'orders', 'none', 'test')
        self.feed.view = View(VECTORS['stream']['after'])
        self.sent_at = time.monotonic() - 60

    def take(self, text):
        for event in read_events(line.encode() for line in text.splitlines(keepends=True)):
            self.feed.apply(event, self.sent_at)

    def prove(self, age, confirmed=0, sent=1):
        seq = int(self.feed.view.point.partition('.')[0])
        data = json.dumps({'seq': seq, 'confirmed': confirmed, 'sent': sent})
        self.feed.apply({'event': 'heartbeat', 'data': data}, time.monotonic() - age)

    def age(self):
        return time.monotonic() - self.feed.view.proven_at

    def test_what_the_stream_brings(self):
        applied, text = VECTORS['stream']['applied'], VECTORS['stream']['text']
        jwks, rest = text.split('\n\n', 1)
        self.assertIn('event: jwks', jwks)  # the keys of the vectors are too short to be keys
        self.take(rest)
        self.assertEqual(self.feed.view.point, applied['point'])
        expected = View(EMPTY, base64url_decode(applied['entries']))
        self.assertEqual(self.feed.view.table, expected.table)
        self.assertAlmostEqual(self.feed.view.proven_at, self.sent_at + 1.79)

    def test_what_asks_for_a_snapshot(self):
        for text in ('event: reset\ndata: {}\n\n',
                     'event: heartbeat\nid: 9.RDsscN-w0-HAS6Fz\ndata: {"seq":9,"confirmed":0,"sent":1}\n\n',
                     'event: revocations\nid: 10.RDsscN-w0-HAS6Fz\n'
                     'data: {"after":9,"seq":10,"entries":""}\n\n'):
            self.setUp()
            with self.assertRaises(ValueError, msg=text):
                self.take(text)
            self.assertEqual((self.feed.view.table, self.age()), ({}, float('inf')), text)

    def test_how_events_are_written(self):
        def read(text):
            return list(read_events(line.encode() for line in text.splitlines(keepends=True)))
        self.assertEqual(read('event: reset\ndata: {}\n'), [], 'cut short')
        self.assertEqual([event.get('event') for event in read('event:x\r\n: remark\r\n:\r\ndata:1\r\n\r\n')], ['x'])
        self.take(': a comment\n\n\nevent: news\ndata: {}\n\n'
                  'event: stale\ndata: {"confirmed":1}\n\nevent: end\ndata: {"reason":"shutting-down"}\n\n')
        self.assertEqual(self.feed.view.point, VECTORS['stream']['after'])

    def test_a_proof_is_as_old_as_the_request(self):
        self.prove(age=6)
        self.assertAlmostEqual(self.age(), 6, 1)
        self.prove(age=4)
        self.assertAlmostEqual(self.age(), 4, 1)
        self.prove(age=6)  # what was proven stays proven
        self.assertAlmostEqual(self.age(), 4, 1)
        self.prove(age=-0.9)
        self.assertGreaterEqual(self.age(), 0)

    def test_a_view_that_may_know_less_than_the_last_one_is_not_proven(self):
        for case in VECTORS['takeovers']:
            self.setUp()
            start = time.monotonic() - case['now'] / 1000
            self.feed.known_at, sent_at = start + case['applied'] / 1000, start + case['sent'] / 1000
            self.prove(age=time.monotonic() - sent_at, confirmed=case['confirmed'])
            self.assertEqual(self.age() < 5, case['takes_over'], case['note'])

    def test_a_clock_that_stood_still_proves_nothing(self):
        for moments in ({'age': -60}, {'age': 0, 'sent': 1200}, {'age': 5, 'confirmed': -4000, 'sent': 6200}):
            self.assertRaises(ValueError, self.prove, **moments)
            self.assertEqual(self.age(), float('inf'))
        self.prove(age=0, sent=900)
        self.assertAlmostEqual(self.age(), 0, 1)
