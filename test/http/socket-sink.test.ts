import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openSocketSink } from '../../src/http/socket-sink.ts'

/** A sink to a peer that has asked and reads nothing, until it is told to. */
async function openStalled(t: Test) {
  const server = createServer()
  const peer = await new Promise<ReturnType<typeof connect>>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(connect((server.address() as AddressInfo).port, '127.0.0.1')))
  })
  t.teardown(() => { peer.destroy(); server.close() })
  peer.pause()
  peer.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [, response] = await once(server, 'request') as [unknown, ServerResponse]
  const socket = response.socket!
  let gone = 0
  const sink = openSocketSink(response, {}, () => gone++)
  return { peer, socket, sink, countGone: () => gone }
}

t.test('a peer that does not read is waited for once, however often there is something new for it', async t => {
  const { peer, socket, sink } = await openStalled(t)
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

t.test('a peer that does not read is cut off once 256 KiB wait for it, and not before', async t => {
  const { peer, socket, sink, countGone } = await openStalled(t)
  const kibibyte = 'x'.repeat(1024)
  while (sink.unsent() === 0) sink.write(kibibyte.repeat(64))
  while (!socket.destroyed && sink.unsent() <= 255 * 1024) sink.write(kibibyte)
  sink.write('x'.repeat(256 * 1024 - sink.unsent()))
  t.strictSame([sink.unsent(), socket.destroyed], [256 * 1024, false], 'so much may wait')
  sink.write('x')
  if (!t.equal(socket.destroyed, true)) return
  sink.write(kibibyte)
  await once(socket, 'close')
  t.equal(countGone(), 1)
  let received = 0
  peer.on('data', (piece: Buffer) => { received += piece.length })
  peer.resume()
  // What waited here went with the connection.
  await once(peer, 'close')
  t.ok(received < socket.bytesWritten)
})
