import { findRedirectUriFault } from '../../protocol/redirect-uri.ts'
import type { ClientRule } from './index.ts'

const maxUris = 50

export const redirectUris: ClientRule = ({ redirectUris: uris, grantTypes, profile }) => {
  const hasCodes = grantTypes.includes('authorization_code')
  if (hasCodes && uris.length === 0) {
    return { reason: 'clients/no-redirect-uri', sentence: 'The grant type authorization_code needs at least one redirect URI.' }
  }
  if (!hasCodes && uris.length > 0) {
    return { reason: 'clients/idle-redirect-uri', sentence: 'Redirect URIs are of use with the grant type authorization_code alone.' }
  }
  if (uris.length > maxUris) return { reason: 'clients/redirect-uri', sentence: `A client has at most ${maxUris} redirect URIs.` }
  const fault = uris.map(uri => findRedirectUriFault(uri, profile.applicationType)).find(found => found !== undefined)
  return fault === undefined ? undefined : { reason: 'clients/redirect-uri', sentence: `A redirect URI is refused: it ${fault}.` }
}
