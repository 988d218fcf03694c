// Prints what one verification costs each contender, in microseconds, on one core: tokens that were never seen before, in
// rounds that take turns, so that a busy moment of the machine meets all alike; the median of the rounds counts.
// The argument is the issuer's URL.
import { bare, countersign, fastJwt, jose, jsonWebToken } from './contenders.mjs'

const issuer = process.argv[2]
const rounds = 9
const tokensPerRound = 1000
const seenTokens = 500

const issued = await (await fetch(`${issuer}/tokens?count=${rounds * tokensPerRound}`)).json()
const scene = { issuer, ...issued }
const verifier = await countersign(scene)
const contenders = {
  bare: bare(scene),
  first: token => verifier.verify(token),
  fastJwt: fastJwt(scene),
  jose: jose(scene),
  jsonWebToken: jsonWebToken(scene)
}
const caching = fastJwt({ ...scene, cache: 10_000 })
const seen = { seen: token => verifier.verify(token), fastJwtSeen: async token => caching(token) }

const costs = {}
for (let round = 0; round < rounds; round++) {
  const tokens = scene.tokens.slice(round * tokensPerRound, (round + 1) * tokensPerRound)
  for (const [name, verify] of Object.entries(contenders)) await measure(name, verify, tokens)
  const few = tokens.slice(-seenTokens)
  const again = Array.from({ length: 40 }, () => few).flat()
  for (const [name, verify] of Object.entries(seen)) {
    for (const token of few) await verify(token)
    await measure(name, verify, again)
  }
}
const median = list => list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)]
// The first rounds also compile.
console.log(JSON.stringify(Object.fromEntries(Object.entries(costs).map(([name, list]) => [name, median(list.slice(2))]))))
await verifier.close()
process.exit()

async function measure(name, verify, tokens) {
  const startedAt = performance.now()
  for (const token of tokens) {
    const result = verify(token)
    if (result instanceof Promise) await result
  }
  ;(costs[name] ??= []).push((performance.now() - startedAt) * 1000 / tokens.length)
}
