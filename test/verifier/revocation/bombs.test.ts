import { deflateSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { createVerifier } from '../../../src/verifier/index.ts'
import type { RevocationOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { until } from '../../support/until.ts'
import { startWebServer } from '../../support/web-server.ts'
import { countFetched, countInflated } from '../count-inflated.ts'
import { client, openChecker, tokenOf } from './open-checker.ts'
import { snapshotOf, startScriptedService, type ScriptedService } from './scripted-service.ts'

/** Answers that unpack to very much: each is cut off at its bound, by what has come out and not by what went in. */

const mebibyte = 1024 * 1024
/** What may be under way when the bound is reached: a few chunks of the runtime's. */
const underWay = mebibyte / 2
const bomb = 200_000_000

/** The mode `status-list`, with a list that the server answers as it is told. */
async function openList(t: Test, lst: string, encode: (text: string) => Buffer | string = text => text) {
  const server = await startWebServer(t, response => {
    const claims = { sub: uri, iat: Math.floor(Date.now() / 1000), status_list: { bits: 8, lst } }
    const body = encode(JSON.stringify(claims))
    response.writeHead(200, {
      'content-type': 'application/statuslist+jwt', ...(typeof body !== 'string' && { 'content-encoding': 'gzip' })
    }).end(body)
  })
  const uri = `${server.url}/status-lists/1.key-1`
  const { fetch, longest } = countFetched()
  const opened = openChecker(t, {
    issuer: server.url, options: { mode: 'status-list', whenStale: 'accept' },
    context: { fetch, verifySigned: async token => JSON.parse(token) as Record<string, unknown> }
  })
  return { longest, checkAt: (idx: number) => opened.check({ ...tokenOf({ status: { status_list: { idx, uri } } }), kid: 'key-1' }) }
}

const listOf = (length: number) => deflateSync(Buffer.alloc(length), { level: 9 }).toString('base64url')

t.test('Q200: a list of statuses is unpacked to four mebibytes and no further', async t => {
  for (const [length, state] of [[4 * mebibyte, 'good'], [4 * mebibyte + 1, 'revocation_unavailable'], [bomb, 'revocation_unavailable']] as const) {
    await t.test(`of ${length} bytes`, async t => {
      const { checkAt } = await openList(t, listOf(length))
      const inflated = countInflated(t)
      t.equal(await checkAt(4 * mebibyte - 1), state)
      t.ok(inflated.bytes <= 4 * mebibyte + underWay, `${inflated.bytes} bytes came out`)
      t.ok(inflated.bytes >= 4 * mebibyte, 'it was unpacked as far as that')
    })
  }
})

t.test('Q200: nor is a list read beyond its bound that its answer unpacks to', async t => {
  const { checkAt, longest } = await openList(t, '', text => gzipSync(text + ' '.repeat(bomb)))
  t.equal(await checkAt(0), 'unchecked', 'it cannot be had')
  t.ok(longest() <= 8 * mebibyte + underWay, `${longest()} bytes came out`)
})

/** What a service answers, gzipped, of a size that is no longer the service's. */
const answers: Record<string, { options: RevocationOptions; limit: number; arm(service: ScriptedService): void }> = {
  'a snapshot of more entries than it says': {
    options: { ...client, mode: 'feed' }, limit: mebibyte / 16,
    arm: ({ answers }) => { answers.snapshot = response => sendGzip(response, Buffer.concat([snapshotOf([]), Buffer.alloc(bomb)])) }
  },
  'a snapshot that says it has more than anybody holds': {
    options: { ...client, mode: 'feed' }, limit: mebibyte / 16,
    arm: ({ answers }) => {
      const snapshot = Buffer.concat([snapshotOf([]), Buffer.alloc(bomb)])
      snapshot.writeUInt32BE(20_000_001, 28)
      answers.snapshot = response => sendGzip(response, snapshot)
    }
  },
  'an event without an end': {
    options: { ...client, mode: 'feed', transport: 'stream' }, limit: 4 * mebibyte,
    arm: ({ answers }) => { answers.feed = response => sendGzip(response, Buffer.from(`data: ${' '.repeat(bomb)}`)) }
  },
  'an answer to a poll': {
    options: { ...client, mode: 'feed', transport: 'poll' }, limit: 4 * mebibyte,
    arm: ({ answers }) => { answers.poll = response => sendGzip(response, Buffer.alloc(bomb, ' ')) }
  }
}

function sendGzip(response: Parameters<ScriptedService['answers']['snapshot']>[0], body: Buffer): void {
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))
}

for (const [what, { options, limit, arm }] of Object.entries(answers)) {
  t.test(`${what} is cut off, and nothing of it is used`, async t => {
    const service = await startScriptedService(t)
    arm(service)
    const { fetch, longest } = countFetched()
    const opened = openChecker(t, { issuer: service.url, options, context: { fetch } })
    await until('it has failed', () => opened.checker.health().counters['failures']! > 0)
    await opened.checker.close()
    t.equal(opened.checker.health().fresh, false)
    t.ok(longest() <= limit + underWay, `${longest()} bytes came out`)
  })
}

t.test('the answer to a lookup is cut off, and the token is refused', async t => {
  const service = await startScriptedService(t)
  service.answers.lookup = response => sendGzip(response, Buffer.alloc(bomb, ' '))
  const { fetch, longest } = countFetched()
  const opened = openChecker(t, { issuer: service.url, options: { ...client, mode: 'lookup', lookupTimeout: 60 }, context: { fetch } })
  t.equal(await opened.check(tokenOf()), 'revocation_unavailable')
  t.ok(longest() <= mebibyte + underWay, `${longest()} bytes came out`)
})

t.test('K129: so is a set of keys, and every token is refused', async t => {
  const server = await startWebServer(t, response => sendGzip(response, Buffer.concat([Buffer.from('{"keys":['), Buffer.alloc(bomb, ' ')])))
  const { fetch, longest } = countFetched()
  const verifier = createVerifier({ issuer: server.url, audience: 'a', revocation: { mode: 'none' }, fetch })
  t.teardown(() => verifier.close())
  const header = Buffer.from('{"typ":"at+jwt","alg":"RS256","kid":"k"}').toString('base64url')
  await t.rejects(verifier.verify(`${header}.AAAA.AAAA`), { code: 'keys_unavailable' })
  t.ok(longest() <= mebibyte / 4 + underWay, `${longest()} bytes came out`)
})
