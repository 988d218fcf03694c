// Prints what one verification costs each contender, in microseconds of processor time (of all threads: the wall would also
// count what other programs do): tokens that were never seen before, in rounds that take turns, so that a slow moment of
// the machine meets all alike. The median of the rounds counts. The argument is the issuer's URL.
import { bare, countersign, fastJwt, jose, jsonWebToken } from './contenders.mjs'

const issuer = process.argv[2]
const rounds = 60
const tokensPerRound = 200
/** In as many rounds no token comes twice: long after that it is forgotten. */
const freshRounds = 20
/** Rounds in which the compiler is still at it. */
const warmUp = 20
/** Tokens that come again, and how often: they fit into what is remembered. */
const [seenTokens, comings] = [200, 25]

const issued = await (await fetch(`${issuer}/tokens?count=${freshRounds * tokensPerRound}`)).json()
const scene = { issuer, ...issued }
const verifier = await countersign(scene)
const caching = fastJwt({ ...scene, cache: 1000 })
const contenders = {
  bare: bare(scene),
  first: token => verifier.verify(token),
  fastJwt: fastJwt(scene),
  jose: jose(scene),
  jsonWebToken: jsonWebToken(scene)
}
const seen = { seen: token => verifier.verify(token), fastJwtSeen: async token => caching(token) }

const costs = {}
for (let round = 0; round < rounds; round++) {
  const first = round % freshRounds * tokensPerRound
  const tokens = scene.tokens.slice(first, first + tokensPerRound)
  for (const [name, verify] of Object.entries(contenders)) await measure({ name, verify, first }, tokens.map(anew))
  const few = tokens.slice(0, seenTokens)
  const again = Array.from({ length: comings }, () => few.map(anew)).flat()
  for (const [name, verify] of Object.entries(seen)) {
    for (const token of few) await verify(token)
    await measure({ name, verify, first }, again)
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(costs).map(([name, list]) => [name, median(list.slice(warmUp))]))))
process.exit()

/** @param first the place of the first of the tokens in the whole list */
async function measure({ name, verify, first }, tokens) {
  const startedAt = process.cpuUsage()
  for (let at = 0; at < tokens.length; at++) {
    const result = verify(tokens[at], first + at)
    if (result instanceof Promise) await result
  }
  const { user, system } = process.cpuUsage(startedAt)
  ;(costs[name] ??= []).push((user + system) / tokens.length)
}

/** The same text as a string that nothing is known of yet, as each request brings one. */
function anew(token) {
  return Buffer.from(token).toString('latin1')
}

function median(list) {
  return list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)]
}
