import { clientAuthMethods } from '../methods/index.ts'
import type { ClientRule } from './index.ts'

export const authMethods: ClientRule = ({ authMethods: chosen, profile }) => {
  const names = clientAuthMethods.map(method => method.name)
  if (chosen.length === 0 || !chosen.every(method => names.includes(method))) {
    return { reason: 'clients/auth-method', sentence: `The ways in which a client authenticates are: ${names.join(', ')}.` }
  }
  if (chosen.includes('none') && chosen.length > 1) {
    return { reason: 'clients/auth-method-none', sentence: 'A public client proves nothing: none goes with no other method.' }
  }
  if (chosen.includes('private_key_jwt') && profile.jwks === undefined && profile.jwksUri === undefined) {
    return { reason: 'clients/no-keys', sentence: 'private_key_jwt needs the public keys of the client, or the address of them.' }
  }
  return undefined
}
