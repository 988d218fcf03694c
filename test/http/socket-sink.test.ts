import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import t from 'tap'
import { openSocketSink } from '../../src/http/socket-sink.ts'

t.test('a peer that does not read is waited for once, however often there is something new for it', async t => {
  const server = createServer()
  const peer = await new Promise<ReturnType<typeof connect>>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(connect((server.address() as AddressInfo).port, '127.0.0.1')))
  })
  t.teardown(() => { peer.destroy(); server.close() })
  peer.pause()
  peer.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [, response] = await once(server, 'request') as [unknown, ServerResponse]
  const socket = response.socket!
  const sink = openSocketSink(response, {}, () => undefined)
  const piece = 'x'.repeat(60_000)
  while (sink.unsent() === 0) sink.write(piece)
  const before = socket.listenerCount('drain')
  const called: number[] = []
  for (let round = 0; round < 20; round++) sink.onceDrained(() => called.push(round))
  t.equal(socket.listenerCount('drain'), before + 1)
  const taken = sink.taken()
  peer.resume()
  await once(socket, 'drain')
  t.equal(sink.unsent(), 0)
  t.ok(sink.taken() > taken)
  t.same(called, [19], 'the last word counts')
})
