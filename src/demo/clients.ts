import { hashClientSecret } from '../clients/secret.ts'
import { clientTagOf } from '../protocol/identifiers.ts'
import type { NewApi } from '../stores/apis.ts'
import type { NewClient } from '../stores/clients.ts'
import type { DemoAccounts } from './accounts.ts'

/**
 * What the applications in examples/ need of Countersign: each starts with these when nothing else is set. They are
 * registered as anybody's would be.
 */

const nothing = { scopes: [], audience: [], redirectUris: [] }
const confidential = ['client_secret_basic', 'client_secret_post']
const forUsers = ['authorization_code', 'refresh_token']

export function demoClients({ clientId, clientSecret, webAppSecret }: DemoAccounts): NewClient[] {
  const named = (id: string): { id: string; tag: string } => ({ id, tag: clientTagOf(id) })
  return [
    {
      ...nothing, ...named(clientId), name: 'Demo service', secretHash: hashClientSecret(clientSecret),
      authMethods: confidential, grantTypes: ['client_credentials'], scopes: ['revocations:read']
    },
    {
      ...nothing, ...named('demo-web-app'), name: 'Demo web app', secretHash: hashClientSecret(webAppSecret),
      authMethods: confidential, grantTypes: forUsers,
      redirectUris: ['http://127.0.0.1:4001/callback'], postLogoutRedirectUris: ['http://127.0.0.1:4001/']
    },
    {
      ...nothing, ...named('demo-single-page-app'), name: 'Demo single-page app', secretHash: undefined,
      authMethods: ['none'], grantTypes: forUsers,
      redirectUris: ['http://127.0.0.1:4002/'], postLogoutRedirectUris: ['http://127.0.0.1:4002/']
    }
  ]
}

/** The resource server of the examples. */
export const demoApi: NewApi = {
  identifier: 'http://127.0.0.1:4000', name: 'Demo orders', scopes: ['orders:read'], tokenLifetime: undefined,
  clients: ['demo-single-page-app']
}
