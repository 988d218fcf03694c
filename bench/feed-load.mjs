// Thousands of subscribers in a process of their own. Reads { url, token, tokens, jtis, pause } from standard input: opens one
// feed per token, revokes each jti by the service's API, and prints { opened, deliveries } in JSON: milliseconds from the
// moment at which the revocation was asked for until each feed had it.
import { request } from 'node:http'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { text } from 'node:stream/consumers'

/** Milliseconds. */
const openDeadline = 60_000
const deliveryDeadline = 10_000
/** Feeds that are opened at a time. */
const lanes = 64

const { url, token, tokens, jtis, pauseBetween } = JSON.parse(await text(process.stdin))
const { hostname, port } = new URL(url)
/** When a sequence came, by feed. */
let onEvent = () => undefined

function openFeed(bearer, feed) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('latin1')
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`a feed ended: ${received.slice(-300)}`)))
    socket.write(`GET /revocations/feed?after=0&instance=feed-${feed} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${bearer}\r\n\r\n`)
    socket.on('data', chunk => {
      received = (received + chunk).slice(-4000)
      if (received.includes('event: heartbeat')) resolve(socket)
      for (const [, seq] of chunk.matchAll(/^id: (\d+)\.\S+\ndata: \{"after"/gm)) onEvent(Number(seq), feed)
    })
  })
}

function revoke(jti) {
  return new Promise((resolve, reject) => {
    const post = request(`${url}/revocations`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    }, async answer => {
      const body = await text(answer)
      if (answer.statusCode === 201) resolve(JSON.parse(body).seq)
      else reject(new Error(`the revocation was answered with ${answer.statusCode}: ${body}`))
    })
    post.once('error', reject)
    post.end(JSON.stringify({ target: 'token', value: jti, reason: 'benchmark' }))
  })
}

/** Milliseconds until each feed had the revocation. */
async function measureDelivery(jti) {
  const arrivals = new Map()
  onEvent = (seq, feed) => arrivals.set(feed, { seq, at: performance.now() })
  const startedAt = performance.now()
  await revoke(jti)
  while (arrivals.size < tokens.length && performance.now() - startedAt < deliveryDeadline) await pause(5)
  if (arrivals.size < tokens.length) throw new Error(`only ${arrivals.size} of ${tokens.length} feeds had the revocation in time`)
  return [...arrivals.values()].map(({ at }) => at - startedAt)
}

const startedAt = performance.now()
const queue = [...tokens.entries()]
await Promise.all(Array.from({ length: lanes }, async () => {
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    await openFeed(next[1], next[0])
    if (performance.now() - startedAt > openDeadline) throw new Error('the feeds were not open in time')
  }
}))
const opened = performance.now() - startedAt
const deliveries = []
for (const jti of jtis) {
  await pause(pauseBetween)
  deliveries.push(...await measureDelivery(jti))
}
process.stdout.write(JSON.stringify({ opened, deliveries }), () => process.exit(0))
