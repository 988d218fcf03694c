"""How the feed is followed, against a service that answers as a test wants: `python3 -m unittest` in this folder."""
import base64
import json
import logging
import struct
import threading
import time
import unittest
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from feed import Feed

HEARTBEAT = b'event: heartbeat\nid: 7.AAAAAAAAAAAAAAAA\ndata: {"seq":7,"confirmed":0,"sent":1}\n\n'
RESET = b'event: reset\ndata: {}\n\n'
ROUND = ['/oauth/token', '/revocations/feed', '/revocations/ack']


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        path, body = urlsplit(self.path).path, self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.asked.append((path, parse_qs(urlsplit(self.path).query), self.headers, body))
        status, headers, answer = self.server.answers[path]
        self.send_response_only(status)
        for header in {**self.server.dated(), **headers}.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Following(unittest.TestCase):
    def setUp(self):
        logging.disable()
        self.service = self.serve({
            '/oauth/token': (200, {}, b'{"access_token":"t"}'),
            '/revocations/snapshot': (200, {}, struct.pack('>4sBBHQ12sI', b'CSRV', 1, 23, 0, 7, bytes(12), 0)),
            '/revocations/feed': (200, {}, HEARTBEAT), '/revocations/ack': (204, {}, b'')})
        self.feed = Feed(f'http://127.0.0.1:{self.service.server_port}', 'or ders', 'a:b', 'test')

    def serve(self, answers):
        service = ThreadingHTTPServer(('127.0.0.1', 0), Service)
        service.asked, service.answers, service.dated = [], answers, dict
        threading.Thread(target=service.serve_forever, args=[0.01], daemon=True).start()
        self.addCleanup(service.server_close)
        self.addCleanup(service.shutdown)
        return service

    def answer(self, path, status, headers=None, body=b''):
        self.service.answers[path] = (status, headers or {}, body)

    def follow(self, times=1):
        """Follows until it has paused as often as that. Returns the pauses."""
        pauses = []

        def sleep(pause):
            pauses.append(round(pause, 1))
            if len(pauses) == times:
                raise StopIteration
        self.assertRaises(StopIteration, self.feed.follow, sleep)
        return pauses

    def connect(self):
        """One time what it does again and again. Returns the paths that were asked for."""
        self.service.asked.clear()
        self.follow()
        return [path for path, *_ in self.service.asked]

    def test_a_snapshot_the_stream_and_an_acknowledgement(self):
        self.assertEqual(self.connect(), ['/oauth/token', '/revocations/snapshot', *ROUND[1:]])
        token, _, stream, told = self.service.asked
        basic = base64.b64encode(b'or%20ders:a%3Ab').decode()
        self.assertEqual(token[2]['Authorization'], f'Basic {basic}')
        self.assertEqual(stream[1], {'after': ['7.AAAAAAAAAAAAAAAA'], 'instance': ['test'],
                                     'max_staleness': ['5'], 'when_stale': ['reject']})
        self.assertEqual((told[2]['Content-Type'], told[2]['Authorization']), ('application/json', 'Bearer t'))
        self.assertEqual(json.loads(told[3]), {'instance': 'test', 'point': '7.AAAAAAAAAAAAAAAA', 'kids': [],
                                               'max_staleness': 5, 'when_stale': 'reject'})

    def test_it_goes_on_from_its_point_and_repeats_no_acknowledgement(self):
        self.connect()
        self.assertEqual(self.connect(), ['/oauth/token', '/revocations/feed'])
        self.feed.told_at -= 29
        self.assertEqual(self.connect(), ['/oauth/token', '/revocations/feed'])
        self.feed.told_at -= 2
        self.assertEqual(self.connect(), ROUND)

    def kept(self, date, *ages):
        """Which entries, ended as many seconds ago, are still there once it has connected again."""
        self.connect()
        self.service.dated = lambda: date
        for kind, age in enumerate(ages):
            self.feed.view.add(bytes([kind]) + bytes(18) + (int(time.time()) - age).to_bytes(4, 'big'))
        self.connect()
        return [ages[key[0]] for key in self.feed.view.table]

    def test_it_forgets_what_has_ended_on_both_clocks_when_it_connects_again(self):
        def dated(ahead):
            return {'Date': formatdate(time.time() + ahead, usegmt=True)}
        self.assertEqual(self.kept(dated(0), 1_000_000, 70, 50), [50])
        self.setUp()
        self.assertEqual(self.kept(dated(ahead=-86_400), 86_400 + 70, 86_400 + 50, 70), [86_400 + 50, 70])
        self.setUp()
        self.assertEqual(self.kept(dated(ahead=86_400), 70, 50), [50])

    def test_without_the_clock_of_the_service_it_forgets_an_hour_later(self):
        for date in ({}, {'Date': ''}, {'Date': 'yesterday'}):
            self.setUp()
            self.assertEqual(self.kept(date, 3600 + 70, 3600 + 50, 70), [3600 + 50, 70])

    def test_what_makes_no_sense_is_no_reason_to_stop(self):
        for news in (b'event: heartbeat\ndata: {"seq":9,"confirmed":0,"sent":1}\n\n', b'event: jwks\ndata: no JSON\n\n',
                     b'event: revocations\nid: 9.AAAAAAAAAAAAAAAA\ndata: {"after":8,"seq":9,"entries":""}\n\n',
                     b'event: heartbeat\ndata: {"seq":7,"confirmed":3000,"sent":3000}\n\n'):
            self.answer('/revocations/feed', 200, body=HEARTBEAT)
            self.connect()
            self.answer('/revocations/feed', 200, body=news)
            self.connect()
            self.assertIsNone(self.feed.view.point, news)

    def test_after_a_connection_that_failed_it_goes_on_where_it_was(self):
        self.connect()
        for path, status in (('/oauth/token', 401), ('/oauth/token', 503), ('/revocations/feed', 429)):
            answer = self.service.answers[path]
            self.answer(path, status)
            self.connect()
            self.service.answers[path] = answer
            self.assertEqual(self.connect(), ['/oauth/token', '/revocations/feed'])

    def test_a_flood_is_acknowledged_once_a_second(self):
        news = [f'event: revocations\nid: {seq}.AAAAAAAAAAAAAAAA\n'
                f'data: {{"after":{seq - 1},"seq":{seq},"entries":""}}\n\n' for seq in range(8, 40)]
        self.answer('/revocations/feed', 200, body=''.join(news).encode())
        self.assertEqual(self.connect().count('/revocations/ack'), 1)
        self.assertEqual(self.feed.view.point, '39.AAAAAAAAAAAAAAAA')

    def test_a_stream_that_ends_inside_an_event_is_gone_on_with(self):
        news = b'event: revocations\nid: 8.AAAAAAAAAAAAAAAA\ndata: {"after":7,"seq":8,"entries":""}\n\n'
        for length in (10, 40, len(news) - 20, len(news) - 2, len(news) - 1):
            self.answer('/revocations/feed', 200, body=HEARTBEAT + news[:length])
            self.connect()
            self.assertEqual(self.feed.view.point, '7.AAAAAAAAAAAAAAAA', length)
        self.answer('/revocations/feed', 200, body=HEARTBEAT + news)
        self.assertNotIn('/revocations/snapshot', self.connect())
        self.assertEqual(self.feed.view.point, '8.AAAAAAAAAAAAAAAA')

    def test_what_makes_it_take_another_snapshot(self):
        for status, body in ((410, b''), (200, RESET)):
            self.connect()
            view = self.feed.view
            self.answer('/revocations/feed', status, body=body)
            self.connect()
            self.assertIs(self.feed.view, view)
            self.answer('/revocations/feed', 200, body=HEARTBEAT)
            self.assertIn('/revocations/snapshot', self.connect())
            self.assertIsNot(self.feed.view, view)
        self.answer('/revocations/ack', 410)
        self.feed.told = None
        self.feed.told_at -= 2
        self.connect()
        self.assertIn('/revocations/snapshot', self.connect())

    def test_what_proves_less_than_was_known_proves_nothing(self):
        news = b'event: revocations\nid: 8.AAAAAAAAAAAAAAAA\ndata: {"after":7,"seq":8,"entries":""}\n\n'
        for body in (news + RESET, RESET):  # the second time it knew no more than its snapshot
            self.answer('/revocations/feed', 200, body=body)
            self.connect()
            self.answer('/revocations/feed', 200, body=HEARTBEAT.replace(b':0', b':-60000'))
            self.assertIn('/revocations/snapshot', self.connect())
            self.assertEqual(self.feed.view.proven_at, float('-inf'), 'from an instance that lags behind')
        self.answer('/revocations/feed', 200, body=HEARTBEAT)
        self.assertNotIn('/revocations/snapshot', self.connect())
        self.assertLess(time.monotonic() - self.feed.view.proven_at, 5)

    def test_acknowledgements_that_fail_do_not_keep_it_from_knowing(self):
        self.answer('/revocations/ack', 500)
        for _ in range(3):
            self.feed.view.proven_at = float('-inf')
            self.connect()
            self.assertLess(time.monotonic() - self.feed.view.proven_at, 5)
        self.assertEqual(self.connect().count('/revocations/ack'), 0, 'not at once again')

    def test_it_waits_longer_after_each_failure_and_as_long_as_it_is_told(self):
        self.answer('/revocations/feed', 503)
        self.assertEqual(self.follow(times=7), [0.1, 0.2, 0.4, 0.8, 1.6, 2, 2])
        self.answer('/revocations/feed', 503, {'Retry-After': '7'})
        self.assertEqual(self.follow(times=2), [7, 7])
        self.answer('/revocations/feed', 200, body=HEARTBEAT)
        self.assertEqual(self.follow(times=2), [0.1, 0.1])
        for asked in ('\xb2', '9' * 5000, '1' + '0' * 30):  # no number ends the thread that follows
            self.answer('/revocations/feed', 503, {'Retry-After': asked})
            self.assertLessEqual(self.follow(times=2)[1], 10)
        self.answer('/revocations/feed', 200, body=HEARTBEAT)
        self.follow(times=2)
        self.answer('/revocations/feed', 503, {'Retry-After': 'Sat, 28 Nov 2026 04:00:00 GMT'})
        self.assertEqual(self.follow(times=2), [0.1, 0.2])

    def test_the_secret_follows_no_redirect(self):
        other = self.serve({'/': (200, {}, b'{}')})
        self.answer('/oauth/token', 302, {'Location': f'http://127.0.0.1:{other.server_port}/'})
        self.connect()
        self.assertEqual([headers.get('Authorization') for _, _, headers, _ in other.asked], [None])


if __name__ == '__main__':
    unittest.main()
