import type { IncomingHttpHeaders } from 'node:http'
import { CountersignError } from '../protocol/errors.ts'
import { parsePoint, type Point } from '../protocol/revocation-point.ts'
import { isVerifierName, maxStalenessLimit, stalenessPolicies } from '../protocol/verifier-rule.ts'
import type { Subscriber } from '../revocation/subscriber.ts'

/** The parameters with which somebody follows the revocations (docs/revocation-feed.md), each with a sentence of its own. */

export type Query = Record<string, unknown>

export function readPoint(query: Query, headers: IncomingHttpHeaders): Point {
  // An event source repeats the address it was made with, and says by the header how far it has come.
  const text = headers['last-event-id'] ?? query['after']
  const point = typeof text === 'string' ? parsePoint(text) : undefined
  if (point === undefined) {
    refuse('point', 'The parameter after (or the header Last-Event-ID) must be a point, such as the id of the last event.')
  }
  return point
}

/** Undefined when the subscriber gives itself no name. */
export function readSubscriber({ instance, max_staleness: maxStaleness, when_stale: whenStale }: Query): Subscriber | undefined {
  const policy = stalenessPolicies.find(name => name === whenStale)
  if (whenStale !== undefined && policy === undefined) {
    refuse('when-stale', `The parameter when_stale must be one of ${stalenessPolicies.join(', ')}.`)
  }
  if (maxStaleness !== undefined && !isStaleness(maxStaleness)) {
    refuse('max-staleness', `The parameter max_staleness must be a number of seconds from 0 to ${maxStalenessLimit}, such as 5.`)
  }
  if (instance === undefined) return undefined
  if (typeof instance !== 'string' || !isVerifierName(instance)) {
    refuse('instance', 'The parameter instance must be 1 to 100 characters of A-Z a-z 0-9 . _ : -')
  }
  return { instance, maxStaleness: maxStaleness === undefined ? undefined : Number(maxStaleness), whenStale: policy }
}

/** Seconds. */
export function readWait({ wait = '30' }: Query): number {
  if (typeof wait !== 'string' || !/^(30|[12]?[0-9])$/.test(wait)) refuse('wait', 'The parameter wait must be 0 to 30 seconds.')
  return Number(wait)
}

function isStaleness(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9]{1,5}(\.[0-9]{1,3})?$/.test(value) && Number(value) <= maxStalenessLimit
}

type Rule = 'point' | 'instance' | 'max-staleness' | 'when-stale' | 'wait'

function refuse(rule: Rule, sentence: string): never {
  throw new CountersignError('invalid_request', { reason: `feed/bad-${rule}`, sentence })
}
