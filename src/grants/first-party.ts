import { firstPartyClientId } from '../clients/registry.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Random } from '../ports/random.ts'
import { unavailable } from '../protocol/errors.ts'
import type { GrantState } from '../stores/grants.ts'
import type { NewGrant } from '../stores/sessions.ts'
import type { IssuedToken, Mint } from '../tokens/issue.ts'
import { makeRefreshToken } from '../tokens/refresh-token.ts'

/** The grant behind a first-party sign-in: what is opened, and the first tokens of it. */
export interface FirstPartyGrants {
  create(): NewGrant
  issue(grant: GrantState): Promise<{ access: IssuedToken; refreshToken: string }>
}

export interface FirstPartyOptions {
  ring: KeyRing
  mint: Mint
  random: Random
  /** The issuer, and the product's own services. */
  audience: string[]
  /** Seconds. */
  idleLifetime: number
  /** Seconds. */
  absoluteLifetime: number
}

export function createFirstPartyGrants(options: FirstPartyOptions): FirstPartyGrants {
  const { ring, mint, random } = options
  return {
    create: () => ({
      idRandom: random.bytes(10),
      secret: random.bytes(16),
      macKid: ring.mac().record.kid,
      clientId: firstPartyClientId,
      scopes: [],
      audience: options.audience,
      keyBinding: undefined,
      idleLifetime: options.idleLifetime,
      absoluteLifetime: options.absoluteLifetime
    }),
    async issue(grant) {
      const key = await ring.macByKid(grant.macKid)
      if (key === undefined) throw unavailable('keys/mac-key-gone')
      return { access: await mint.forGrant(grant, { scopes: grant.scopes }), refreshToken: makeRefreshToken(grant, key) }
    }
  }
}
