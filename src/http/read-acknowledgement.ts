import { CountersignError } from '../protocol/errors.ts'
import { parsePoint } from '../protocol/revocation-point.ts'
import { isVerifierName, maxStalenessLimit, type WhenStale } from '../protocol/verifier-rule.ts'
import type { Acknowledgement } from '../stores/verifiers.ts'

/** The body of `POST /revocations/ack`; the schema has seen to the types. */
export interface AcknowledgementBody {
  instance: string
  point: string
  kids?: string[]
  max_staleness?: number
  when_stale?: WhenStale
}

const maxKids = 100

/** Throws `invalid_request` with the rule that the body breaks. */
export function readAcknowledgement(clientId: string, body: AcknowledgementBody): Acknowledgement {
  const { kids, max_staleness: maxStaleness, when_stale: whenStale } = body
  const { seq, hash } = parsePoint(body.point) ?? {}
  if (seq === undefined || hash === undefined) {
    throw refused('point', 'The point is a sequence, a full stop and 16 base64url characters, as the feed says it.')
  }
  if (kids !== undefined && (kids.length > maxKids || !kids.every(isKid))) {
    throw refused('kids', `The kids are at most ${maxKids} texts of 1 to 100 visible ASCII characters.`)
  }
  if (maxStaleness !== undefined && !(maxStaleness >= 0 && maxStaleness <= maxStalenessLimit)) {
    throw refused('max-staleness', `The max_staleness is a number of seconds from 0 to ${maxStalenessLimit}.`)
  }
  return { clientId, instance: readInstance(body.instance), seq, hash, kids, maxStaleness, whenStale }
}

export function readInstance(instance: string): string {
  if (isVerifierName(instance)) return instance
  throw refused('instance', 'The instance is 1 to 100 characters of A-Z a-z 0-9 . _ : -')
}

const isKid = (text: string): boolean => /^[!-~]{1,100}$/.test(text)

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `verifiers/${rule}`, sentence })
}
