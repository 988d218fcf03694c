"""The test vectors of the revocation feed: `python3 -m unittest` in this folder."""
import base64
import json
import time
import unittest
from pathlib import Path

from feed import Feed, read_events
from revocations import HEADER, ISSUER, View, decode, key_of, number_of

VECTORS = json.loads((Path(__file__).parents[2] / 'docs' / 'revocation-feed.vectors.json').read_text())
NAMES = ['token', 'grant', 'session', 'user', 'client', 'key', 'issuer']


def snapshot_of(*entries, point='0.AAAAAAAAAAAAAAAA'):
    seq, journal_hash = point.split('.')
    return HEADER.pack(b'CSRV', 1, 23, 0, int(seq), decode(journal_hash), len(entries)) + b''.join(map(bytes.fromhex, entries))


class Vectors(unittest.TestCase):
    def test_keys_of_values(self):
        for vector in VECTORS['keys']:
            kind = NAMES.index(vector['kind']) + 1
            key = ISSUER[1] if kind == ISSUER[0] else key_of(kind, vector['value'])
            self.assertEqual(key.hex(), vector['key'], vector['note'])

    def test_numbers(self):
        for vector in VECTORS['numbers']:
            self.assertEqual(number_of(vector['jti']), -1 if vector['number'] is None else vector['number'], vector['jti'])

    def test_judgements(self):
        for vector in VECTORS['judgements']:
            token, view = vector['token'], View(snapshot_of(*vector['entries']))
            self.assertEqual(view.covers(token, token['kid']), vector['revoked'] is not None, vector['note'])

    def test_the_snapshot(self):
        body, expected = base64.b64decode(VECTORS['snapshot']['base64']), VECTORS['snapshot']
        view = View(body)
        self.assertEqual((view.point, len(view.table)), (expected['point'], expected['count']))
        self.assertEqual(body, snapshot_of(*(entry['bytes'] for entry in VECTORS['entries']), point=view.point))
        for other in (body[:-1], body + b'x', body[:20], b'CSRW' + body[4:], body[:4] + b'\2' + body[5:], body[:5] + b'\x18' + body[6:]):
            self.assertRaises(Exception, View, other)


class Stream(unittest.TestCase):
    def setUp(self):
        self.feed = Feed('http://127.0.0.1', 'orders', 'none', 'test')
        self.feed.view = View(snapshot_of(point=VECTORS['stream']['after']))
        self.sent_at = time.monotonic() - 60

    def take(self, text):
        events = list(read_events(line.encode() for line in text.splitlines(keepends=True)))
        for name, point, data in events:
            # The keys of the vectors are too short to be keys.
            data = {**data, 'keys': []} if name == 'jwks' else data
            self.feed.take_event(name, point, data, self.sent_at)
        return [name for name, _, _ in events]

    def test_what_the_stream_brings(self):
        applied = VECTORS['stream']['applied']
        self.assertEqual(self.take(VECTORS['stream']['text'])[-1], 'stale')
        self.assertEqual((self.feed.view.seq, self.feed.view.point), (applied['seq'], applied['point']))
        expected = View(snapshot_of())
        expected.add(decode(applied['entries']))
        self.assertEqual(self.feed.view.table, expected.table)
        self.assertAlmostEqual(self.feed.view.proven_at, self.sent_at + 1.79)
        self.assertIn('gzX6VtSHVi3iSPR778cnQzNAUd3_zCwJJ19mVFSZAxc', self.feed.removed)
        self.assertFalse(self.feed.snapshot_needed.is_set())

    def test_what_asks_for_a_snapshot(self):
        for text in ('event: reset\ndata: {}\n\n',
                     'event: heartbeat\nid: 9.RDsscN-w0-HAS6Fz\ndata: {"seq":9,"confirmed":0,"sent":1}\n\n',
                     'event: revocations\nid: 10.RDsscN-w0-HAS6Fz\ndata: {"after":9,"seq":10,"entries":""}\n\n'):
            self.setUp()
            self.take(text)
            self.assertTrue(self.feed.snapshot_needed.is_set(), text)
            self.assertEqual(self.feed.view.point, VECTORS['stream']['after'])
            self.assertFalse(self.feed.is_fresh())

    def test_an_event_that_was_cut_short_is_none(self):
        self.assertEqual(self.take('event: reset\ndata: {}\n'), [])
        self.assertEqual(self.take(': a comment\n\nevent: x\ndata: {}\n\n'), ['x'])


class Freshness(unittest.TestCase):
    def setUp(self):
        self.feed = Feed('http://127.0.0.1', 'orders', 'none', 'test', max_staleness=5)
        self.feed.view = View(snapshot_of())

    def prove(self, age):
        self.feed.prove(self.feed.view, time.monotonic() - age)

    def test_a_view_is_unknown_until_it_is_proven_and_when_the_proof_is_old(self):
        claims = {'jti': 'c.AAAAAAAAAAAAAAAA.7.BBBBBBBBBBBB', 'client_id': 'orders', 'sub': 'orders'}
        self.assertEqual(self.feed.judge(claims, 'key'), 'unknown')
        self.prove(age=6)
        self.assertEqual(self.feed.judge(claims, 'key'), 'unknown')
        self.prove(age=4)
        self.assertEqual(self.feed.judge(claims, 'key'), 'good')
        self.prove(age=6)  # what was proven stays proven
        self.assertEqual(self.feed.judge(claims, 'key'), 'good')
        self.feed.view.add(b'\5' + key_of(5, 'orders') + (8).to_bytes(6, 'big') + b'\xff' * 4)
        self.assertEqual(self.feed.judge(claims, 'key'), 'revoked')
        self.assertEqual(self.feed.judge({**claims, 'jti': 'c.AAAAAAAAAAAAAAAA.8.BBBBBBBBBBBB'}, 'key'), 'good')
        self.feed.view = View(snapshot_of())  # a snapshot may be older than what it replaces
        self.assertEqual(self.feed.judge(claims, 'key'), 'unknown')

    def test_a_clock_that_stood_still_proves_nothing(self):
        self.assertRaises(ValueError, self.prove, age=-60)
        self.assertFalse(self.feed.is_fresh())

    def test_expired_entries_are_forgotten_a_minute_late(self):
        self.feed.view.add(b'\2' + bytes(18) + (1000).to_bytes(4, 'big'))
        self.feed.view.forget_expired(1060)
        self.assertEqual(len(self.feed.view.table), 1)
        self.feed.view.forget_expired(1061)
        self.assertEqual(len(self.feed.view.table), 0)


if __name__ == '__main__':
    unittest.main()
