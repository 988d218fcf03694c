import { CountersignError } from './errors.ts'

/** Reading `Authorization: Bearer` (RFC 6750 §2.1). The scheme's case does not matter, nor the number of spaces. */

const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i

/** Undefined when there is no bearer header at all; throws when there is one that is malformed. */
export function readBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer(\s|$)/i.test(authorization)) return undefined
  const token = bearer.exec(authorization)?.[1]
  if (token === undefined) throw new CountersignError('invalid_token', { reason: 'bearer/malformed-header' })
  return token
}
