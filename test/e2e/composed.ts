import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Test } from 'tap'
import { compose, type Service } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/logger.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { secret } from '../support/secrets.ts'
import { claimsOf as readClaims } from '../support/users.ts'
import type { Stage } from './stage.ts'

/** Instances composed in this process, where a test has to hold the clock. */

/** @param settings over those of the stage */
export async function composeInstance(
  t: Test, { environment }: Stage, { clock, settings = {} }: { clock?: Clock; settings?: Record<string, string> }
): Promise<Service> {
  const config = readConfig({ ...environment, ...settings })
  const service = await compose(config, { logger: createLogger('silent'), ...(clock && { clock }) })
  t.teardown(() => service.close())
  return service
}

/** Two clocks that go alike and differ by so many seconds. */
export function createSkewedClocks(seconds: number): { clock: TestClock; ahead: Clock } {
  // From now, because the database has a clock of its own.
  const clock = createTestClock(Date.now())
  return { clock, ahead: { now: () => clock.now() + seconds * 1000, monotonic: clock.monotonic } }
}

/** An access token of the stage's client, through everything that a request goes through. */
export async function mint({ rooms }: Service, { client }: Stage): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
  const answer = await rooms.tokenPipeline({ authorization, params: new Map([['grant_type', 'client_credentials']]) })
  return secret(answer.access_token)
}

export const jwksOf = ({ rooms }: Service): JSONWebKeySet => JSON.parse(rooms.ring.jwks().body) as JSONWebKeySet

export const kidsOf = (jwks: JSONWebKeySet): string[] => jwks.keys.map(key => key.kid!)

/** As a resource server does it. Throws when the token does not verify. */
export async function verifyWith(jwks: JSONWebKeySet, token: string, { config, clock }: Service): Promise<void> {
  await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer: config.issuer, audience: config.issuer, typ: 'at+jwt', algorithms: ['RS256'], currentDate: new Date(clock.now())
  })
}

export function headerOf(token: string): { kid: string } {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }
}

export interface Claims {
  exp: number
  iat: number
  jti: string
  sid?: string
}

export function claimsOf(token: string): Claims {
  return readClaims(token) as unknown as Claims
}
