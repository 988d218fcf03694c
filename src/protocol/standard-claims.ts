import type { ClaimRequest } from './claims-request.ts'

/** Who a user is, in the claims of OpenID Connect Core §5.1, and which of them a client gets. */

export interface Address {
  formatted?: string
  street_address?: string
  locality?: string
  region?: string
  postal_code?: string
  country?: string
}

/** What an operator may say of a user beside the name and the address to sign in with. */
export interface StandardClaims {
  given_name?: string
  family_name?: string
  middle_name?: string
  nickname?: string
  preferred_username?: string
  profile?: string
  picture?: string
  website?: string
  gender?: string
  birthdate?: string
  zoneinfo?: string
  locale?: string
  phone_number?: string
  phone_number_verified?: boolean
  address?: Address
}

export interface DescribedUser {
  email: string
  emailVerified: boolean
  name: string | undefined
  claims: StandardClaims
  updatedAt: Date
}

/** Which scope gives which claims (§5.4). */
export const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website',
    'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified']
}

export const standardClaimNames: readonly string[] = Object.values(claimsByScope).flat()

/** What a client asked for: by scope, and claim by claim (§5.5). */
export interface ClaimsSelection {
  scopes: readonly string[]
  requested?: Readonly<Record<string, ClaimRequest | null>> | undefined
}

/** The claims that have a value; §5.3.2 leaves the others out. A claim that is asked for as essential may be missing, too. */
export function selectClaims(user: DescribedUser, { scopes, requested = {} }: ClaimsSelection): Record<string, unknown> {
  const isWanted = (name: string): boolean =>
    Object.hasOwn(requested, name) || scopes.some(scope => Object.hasOwn(claimsByScope, scope) && claimsByScope[scope]!.includes(name))
  const known = describe(user)
  const selected: Record<string, unknown> = {}
  for (const name of standardClaimNames) {
    const value = known[name]
    if (value !== undefined && isWanted(name)) selected[name] = value
  }
  return selected
}

function describe({ email, emailVerified, name, claims, updatedAt }: DescribedUser): Record<string, unknown> {
  return {
    ...claims, name, email, email_verified: emailVerified, updated_at: Math.floor(updatedAt.getTime() / 1000)
  }
}
