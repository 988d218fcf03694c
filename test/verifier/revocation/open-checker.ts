import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { createEmitter } from '../../../src/verifier/emitter.ts'
import { nodePlatform } from '../../../src/verifier/node/node-platform.ts'
import type { VerifierClock } from '../../../src/verifier/options.ts'
import { createRevocationChecker } from '../../../src/verifier/revocation/create-revocation-checker.ts'
import type { CheckOptions, RevocableToken, RevocationChecker } from '../../../src/verifier/revocation/revocation-checker.ts'
import type { RevocationContext } from '../../../src/verifier/revocation/revocation-context.ts'
import type { RevocationOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import type { VerifierEvents } from '../../../src/verifier/verifier.ts'
import { until } from '../../support/until.ts'

/** A checker without the verifier around it. */
export interface OpenedChecker {
  checker: RevocationChecker
  /** What it has told of keys. */
  keyNews: Array<{ keys: ReadonlyArray<Record<string, unknown>>; removed: readonly string[] }>
  /** `stale` and `fresh`, in order. */
  changes: string[]
  /** The ages that were told with them. */
  ages: number[]
  /** What has failed in the background. */
  errors: unknown[]
  check(token: RevocableToken, options?: CheckOptions): Promise<string>
  untilFresh(): Promise<void>
}

export const client = { clientId: 'orders', clientSecret: 'a secret:with/signs' }

export interface CheckerScene {
  issuer: string
  options: RevocationOptions
  clock?: VerifierClock
  context?: Partial<RevocationContext>
}

export function openChecker(t: Test, { issuer, options, clock, context = {} }: CheckerScene): OpenedChecker {
  const events = createEmitter<VerifierEvents>()
  const keyNews: OpenedChecker['keyNews'] = []
  const changes: string[] = []
  const ages: number[] = []
  const errors: unknown[] = []
  for (const name of ['stale', 'fresh'] as const) {
    events.on(name, ({ age }) => {
      changes.push(name)
      ages.push(age)
    })
  }
  events.on('error', ({ error }) => void errors.push(error))
  const checker = createRevocationChecker(options, {
    issuer, clockTolerance: 10, fetch, clock: clock ?? { now: Date.now, monotonic: () => performance.now() }, platform: nodePlatform, events,
    keys: { replaceKeys: (keys, removed) => void keyNews.push({ keys, removed }), confirmKeys: () => undefined, heldKids: () => ['one'] },
    verifySigned: () => Promise.resolve(undefined),
    ...context
  })
  checker.start()
  t.teardown(() => checker.close())
  return {
    checker, keyNews, changes, ages, errors,
    /** The state, or the code of the error. */
    check: async (token, asked) => {
      try {
        return await checker.check(checker.prepare(token), asked)
      } catch (error) {
        return (error as { code: string }).code
      }
    },
    untilFresh: () => until('the view is fresh', () => checker.health().fresh)
  }
}

export const newId = (): string => randomBytes(16).toString('base64url')

/** A token of a user's. */
export function tokenOf({ sid = newId(), grant = newId(), ...claims }: { sid?: string; grant?: string; status?: unknown } = {}): RevocableToken {
  return {
    kid: randomBytes(32).toString('base64url'),
    claims: {
      jti: `${grant}.${randomBytes(9).toString('base64url')}`, grant_id: grant, sid, sub: `usr_${newId()}`, client_id: 'web',
      iat: 1, exp: 4_000_000_000, ...claims
    }
  }
}
