import { findBackchannelUriFault, findRedirectUriFault } from '../../protocol/redirect-uri.ts'
import type { ClientRule } from './index.ts'

const maxUris = 50

export const logoutUris: ClientRule = ({ postLogoutRedirectUris: uris, backchannelLogoutUri, profile }) => {
  if (uris.length > maxUris) {
    return { reason: 'clients/post-logout-redirect-uri', sentence: `A client has at most ${maxUris} post-logout redirect URIs.` }
  }
  const fault = uris.map(uri => findRedirectUriFault(uri, profile.applicationType)).find(found => found !== undefined)
  if (fault !== undefined) {
    return { reason: 'clients/post-logout-redirect-uri', sentence: `A post-logout redirect URI is refused: it ${fault}.` }
  }
  const wrong = backchannelLogoutUri === undefined ? undefined : findBackchannelUriFault(backchannelLogoutUri)
  return wrong === undefined
    ? undefined
    : { reason: 'clients/backchannel-logout-uri', sentence: `The back-channel logout URI is refused: it ${wrong}.` }
}
