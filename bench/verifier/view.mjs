// Prints what a view of many live revocations costs: { loadTime } in milliseconds from the start of following to fresh,
// { longestBlock } of the event loop meanwhile in milliseconds, { bytes } of memory for each revocation, { check } of one
// token in microseconds of processor time. The arguments are the issuer's URL and how many revocations it has. Run with --expose-gc.
import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { createEmitter } from '../../dist/verifier/emitter.js'
import { nodePlatform } from '../../dist/verifier/node/node-platform.js'
import { createRevocationChecker } from '../../dist/verifier/revocation/create-revocation-checker.js'

const [issuer, count] = [process.argv[2], Number(process.argv[3])]

const before = measureMemory()
const { checker, ...load } = await openView()
const { entries } = checker.health()
if (entries !== count) throw new Error(`The view holds ${entries} of ${count} revocations`)
const bytes = (measureMemory() - before) / count
console.log(JSON.stringify({ ...load, bytes, check: measureChecks(checker) }))
process.exit()

async function openView() {
  const checker = createRevocationChecker(
    { mode: 'feed', clientId: 'orders', clientSecret: 'secret', maxStaleness: 60, whenStale: 'reject' },
    {
      issuer, clockTolerance: 10, fetch: globalThis.fetch, platform: nodePlatform, events: createEmitter(),
      clock: { now: Date.now, monotonic: () => performance.now() }, keys: { replaceKeys() {}, confirmKeys() {}, heldKids: () => [] }
    }
  )
  const startedAt = performance.now()
  let [last, longestBlock] = [startedAt, 0]
  checker.start()
  while (!checker.health().fresh) {
    await turn()
    const now = performance.now()
    longestBlock = Math.max(longestBlock, now - last)
    last = now
  }
  return { checker, loadTime: performance.now() - startedAt, longestBlock }
}

function measureMemory() {
  // Twice: what the first time finalizes is freed by the second.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Of tokens that are not revoked, of grants and sessions, more than fit into the processor's caches. */
function measureChecks(checker) {
  const prepared = Array.from({ length: 100_000 }, () => {
    const grant = randomBytes(16).toString('base64url')
    return checker.prepare({
      kid: randomBytes(32).toString('base64url'),
      claims: {
        jti: `${grant}.${randomBytes(9).toString('base64url')}`, grant_id: grant, sid: randomBytes(16).toString('base64url'),
        sub: `usr_${randomBytes(16).toString('base64url')}`, client_id: 'web', exp: Math.floor(Date.now() / 1000) + 600
      }
    })
  })
  const rounds = 5
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const startedAt = process.cpuUsage()
    for (const token of prepared) if (checker.check(token) !== 'good') throw new Error('the view is not fresh')
    const { user, system } = process.cpuUsage(startedAt)
    best = Math.min(best, (user + system) / prepared.length)
  }
  return best
}
