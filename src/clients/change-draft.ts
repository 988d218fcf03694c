import type { Client, ClientProfile, ClientTerms } from '../stores/clients.ts'
import { isPublicClient } from './public-client.ts'
import { defaultMethods } from './registration.ts'

/** What an operator says anew of a client: what is absent stays, a list replaces the former one, null takes away. */
export interface ClientChanges extends Partial<Omit<ClientTerms, 'backchannelLogoutUri' | 'profile'>> {
  /** Whether it cannot keep a secret. Without methods of authentication it gets those that such a client gets when it is made. */
  isPublic?: boolean
  backchannelLogoutUri?: string | null
  profile?: ProfileChanges
}

type ProfileChanges = { [Member in keyof ClientProfile]?: ClientProfile[Member] | null }

/** What the client is to become; whether it may is for the rules to say. */
export function changeDraft(client: Client, changes: ClientChanges): ClientTerms {
  const profile = changeProfile(client.profile, changes.profile)
  const { backchannelLogoutUri } = changes
  return {
    name: changes.name ?? client.name,
    authMethods: changeMethods(client, profile, changes),
    grantTypes: distinct(changes.grantTypes ?? client.grantTypes),
    scopes: distinct(changes.scopes ?? client.scopes),
    audience: distinct(changes.audience ?? client.audience),
    redirectUris: distinct(changes.redirectUris ?? client.redirectUris),
    postLogoutRedirectUris: distinct(changes.postLogoutRedirectUris ?? client.postLogoutRedirectUris),
    backchannelLogoutUri: backchannelLogoutUri === undefined ? client.backchannelLogoutUri : backchannelLogoutUri ?? undefined,
    profile
  }
}

/** What the client is now, to be compared with what it is to become. */
export function termsOf(client: Client): ClientTerms {
  const { name, authMethods, grantTypes, scopes, audience, redirectUris, postLogoutRedirectUris, backchannelLogoutUri, profile } = client
  return { name, authMethods, grantTypes, scopes, audience, redirectUris, postLogoutRedirectUris, backchannelLogoutUri, profile }
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]

function changeMethods(client: Client, profile: ClientProfile, { authMethods, isPublic }: ClientChanges): string[] {
  if (authMethods !== undefined) return distinct(authMethods)
  return isPublic === undefined || isPublic === isPublicClient(client) ? client.authMethods : defaultMethods(isPublic, profile)
}

function changeProfile(profile: ClientProfile, changes: ProfileChanges = {}): ClientProfile {
  return Object.fromEntries(Object.entries({ ...profile, ...changes }).filter(([, value]) => value !== null))
}
