import { CountersignError } from '../protocol/errors.ts'

/** One of our own forms without its token: how that came about is nobody's business. */
export function foreignForm(reason: 'interaction/foreign-form' | 'end-session/foreign-form'): CountersignError {
  const sentence = 'The form has expired, or it belongs to another window or browser.'
  return new CountersignError('cross_site_request', { reason, sentence })
}
