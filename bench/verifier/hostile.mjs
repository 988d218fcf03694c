// Prints what refusing costs, in microseconds of processor time: { good } for a token never seen before, { hostile } on average
// over the kinds of input that anybody can send, { dearest } for the worst kind with its { kind }. The best of many rounds counts,
// which take turns. The argument is the issuer's URL.
import { randomBytes } from 'node:crypto'
import { countersign } from './contenders.mjs'

const issuer = process.argv[2]
const rounds = 30
const perRound = 200
/** In as many rounds no token comes twice: long after that it is forgotten. */
const freshRounds = 10
/** As long as a token may be, about. */
const most = 8000

const issued = await (await fetch(`${issuer}/tokens?count=${freshRounds * perRound}`)).json()
const verifier = await countersign({ issuer, ...issued })
const [head, payload, signature] = issued.tokens[0].split('.')
const { kid } = JSON.parse(Buffer.from(head, 'base64url'))
const withHeader = json => `${Buffer.from(json).toString('base64url')}.${payload}.${signature}`
const header = (members = '') => `{"typ":"at+jwt","alg":"RS256","kid":"${kid}"${members}}`
const fill = (text, length = 1400) => text.repeat(length / text.length)

/** Each makes another token each time, so that nothing can be remembered. */
const kinds = {
  'too long': () => fill('A', 100_000),
  'of dots': () => fill('.', most),
  'of one part': () => fill('A', most),
  'four parts': () => `${head}.${payload}.${payload}.${signature}`,
  'a foreign signature': () => `${head}.${payload}.${randomBytes(256).toString('base64url')}`,
  'a short signature': () => `${head}.${payload}.${randomBytes(9).toString('base64url')}`,
  'a long signature': () => `${head}.${payload}.${randomBytes(5100).toString('base64url')}`,
  'a long payload': () => `${head}.${randomBytes(5100).toString('base64url')}.${signature}`,
  'another spelling': () => `${head}.${payload}=.${signature}`,
  'a huge kid': () => withHeader(`{"typ":"at+jwt","alg":"RS256","kid":"${randomBytes(2500).toString('hex')}"}`),
  'an unknown kid': () => withHeader(`{"typ":"at+jwt","alg":"RS256","kid":"${randomBytes(32).toString('base64url')}"}`),
  'deep lists': () => withHeader(header(`,"x":${fill('[', 700)}${fill(']', 700)}`)),
  'deep objects': () => withHeader(header(`,"x":${fill('{"x":', 1000)}1${fill('}', 200)}`)),
  'many members': () => withHeader(header(Array.from({ length: 120 }, (_, at) => `,"x${at}":1`).join(''))),
  'a member twice': () => withHeader(header(`,"kid":"${randomBytes(32).toString('base64url')}"`)),
  'quotes and backslashes': () => withHeader(header(`,"x":"${fill('\\"')}"`)),
  'no JSON': () => withHeader(randomBytes(100)),
  'a key of its own': () => withHeader(header(`,"jwk":{"kty":"RSA","n":"${randomBytes(256).toString('base64url')}","e":"AQAB"}`))
}

const best = {}
for (let round = 0; round < rounds; round++) {
  const first = round % freshRounds * perRound
  await measure('good', issued.tokens.slice(first, first + perRound).map(anew))
  for (const [kind, make] of Object.entries(kinds)) await measure(kind, Array.from({ length: perRound }, () => anew(make())))
}
const { good, ...costs } = best
const hostile = Object.values(costs).reduce((sum, cost) => sum + cost, 0) / Object.keys(costs).length
const [kind, dearest] = Object.entries(costs).toSorted(([, one], [, other]) => other - one)[0]
console.log(JSON.stringify({ good, hostile, dearest, kind }))
process.exit()

async function measure(name, tokens) {
  let refused = 0
  const startedAt = process.cpuUsage()
  for (const token of tokens) {
    try {
      await verifier.verify(token)
    } catch {
      refused += 1
    }
  }
  const { user, system } = process.cpuUsage(startedAt)
  if (refused !== (name === 'good' ? 0 : tokens.length)) throw new Error(`Of ${tokens.length} tokens (${name}), ${refused} were refused`)
  best[name] = Math.min(best[name] ?? Infinity, (user + system) / tokens.length)
}

/** The same text as a string that nothing is known of yet, as each request brings one. */
function anew(token) {
  return Buffer.from(token).toString('latin1')
}
