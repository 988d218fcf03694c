import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { readChunks } from '../../../src/verifier/revocation/issuer/read-body.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const nextTurn = (): Promise<void> => new Promise(resolve => { setTimeout(resolve, 10) })

t.test('a body that has gone quiet can be ended after the garbage was collected, too', { timeout: 5000 }, async t => {
  const server = createServer((_request, response) => void response.writeHead(200).write('hello'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  const controller = new AbortController()
  const open = async () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: controller.signal })
  const chunks = readChunks(await open(), controller.signal)
  t.equal(Buffer.from((await chunks.next()).value as Uint8Array).toString(), 'hello')
  const next = chunks.next()
  next.catch(() => undefined)
  for (let round = 0; round < 5; round++) {
    collectGarbage()
    await nextTurn()
  }
  controller.abort(new Error('nothing came'))
  await t.rejects(next, { message: 'nothing came' })
})
