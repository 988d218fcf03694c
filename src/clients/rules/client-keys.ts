import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { findJwksFault } from '../../protocol/client-jwks.ts'
import { isHttpsUrl } from '../../protocol/redirect-uri.ts'
import type { ClientRule } from './index.ts'

export const clientKeys: ClientRule = ({ profile: { jwks, jwksUri } }) => {
  if (jwks !== undefined && jwksUri !== undefined) {
    return { reason: 'clients/jwks-twice', sentence: 'Give the keys of a client or the address of them, not both.' }
  }
  if (jwksUri !== undefined && !isHttpsUrl(jwksUri)) {
    return { reason: 'clients/jwks-uri', sentence: 'The address of the keys of a client is an https URL without a fragment.' }
  }
  const fault = jwks === undefined ? undefined : findJwksFault(jwks)
  if (fault !== undefined) return { reason: 'clients/jwks', sentence: `The keys of a client are refused: ${fault}.` }
  if (jwks !== undefined && !jwks.keys.every(isReadable)) {
    return { reason: 'clients/jwks', sentence: 'The keys of a client are refused: one of them is no key.' }
  }
  return undefined
}

function isReadable(jwk: object): boolean {
  try {
    createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
