import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { Test } from 'tap'
import { createVerifier as createNodeVerifier, VerifierError, type Verifier, type VerifierOptions } from '../../src/verifier/index.ts'
import { createVerifier as createWebVerifier } from '../../src/verifier/web/index.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'

/** An issuer in a few lines, which signs whatever it is told to, and a verifier of its tokens on each platform. */

export const issuer = 'https://id.example'
export const audience = 'https://orders.example'
export const ourKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
const kid = 'k1'

export interface Scene {
  verifier: Verifier
  clock: TestClock
  /** Every URL that the verifier has asked for. */
  requests: string[]
  /** What the issuer's endpoint answers with from now on; an error to be away. */
  publish(keys: unknown): void
}

export const publicJwk = (key: KeyObject, members: object = {}): Record<string, unknown> =>
  ({ ...key.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256', ...members })

/** Runs a behaviour on Node's entry and on the one for every other runtime. */
export function onEachPlatform(
  t: Test, run: (t: Test, scene: Scene) => Promise<void>, options: Partial<VerifierOptions> = {}
): void {
  for (const [name, create] of [['node', createNodeVerifier], ['web', createWebVerifier]] as const) {
    t.test(`on the ${name} platform`, async t => run(t, openScene(t, { ...options, create })))
  }
}

export function openScene(
  t: Test, { create = createNodeVerifier, ...options }: Partial<VerifierOptions> & { create?: typeof createNodeVerifier } = {}
): Scene {
  const clock = createTestClock()
  const requests: string[] = []
  let published: unknown = { keys: [publicJwk(ourKey.publicKey)] }
  const answer = (): Response => {
    if (published instanceof Error) throw published
    return published instanceof Response ? published.clone() : Response.json(published)
  }
  const verifier = create({
    issuer, audience, revocation: { mode: 'none' }, clock,
    fetch: async url => {
      requests.push(url instanceof Request ? url.url : url.toString())
      return answer()
    },
    ...options
  })
  t.teardown(() => verifier.close())
  return { verifier, clock, requests, publish: keys => { published = keys } }
}

export const encode = (value: unknown): string => Buffer.from(
  typeof value === 'string' || value instanceof Uint8Array ? value as string : JSON.stringify(value)
).toString('base64url')

export const goodHeader = { typ: 'at+jwt', alg: 'RS256', kid }

export function goodClaims(clock: TestClock): Record<string, unknown> {
  const now = Math.floor(clock.now() / 1000)
  return {
    iss: issuer, sub: 'usr_AAAAAAAAAAAAAAAAAAAAAA', aud: audience, client_id: 'web', iat: now, exp: now + 600,
    jti: 'AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBB', grant_id: 'AAAAAAAAAAAAAAAAAAAAAA', scope: 'orders:read orders:write'
  }
}

/** RS256 over whatever stands in the two parts: objects, texts or bytes. */
export function signRaw(header: unknown, payload: unknown, key: KeyObject = ourKey.privateKey): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

export const signToken = (clock: TestClock, claims: object = {}, header: object = {}): string =>
  signRaw({ ...goodHeader, ...header }, { ...goodClaims(clock), ...claims })

/** What became of a token: `good`, or the code it was refused with. */
export async function outcomeOf(verifier: Verifier, ...request: Parameters<Verifier['verify']>): Promise<string> {
  try {
    await verifier.verify(...request)
    return 'good'
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error
    return error.code
  }
}

type Attacks = ReadonlyArray<readonly [name: string, token: string, code?: string]>

/** Each of a table is refused with its code, and the verifier asks nobody but for the keys, once. */
export function refusesEach(table: (clock: TestClock) => Attacks): (t: Test) => Promise<void> {
  return async t => onEachPlatform(t, async (t, { verifier, clock, requests }) => {
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good', 'while a good one is accepted')
    for (const [name, token, code = 'token_invalid'] of table(clock)) t.equal(await outcomeOf(verifier, token), code, name)
    t.strictSame(requests, [`${issuer}/.well-known/jwks.json`])
  })
}
