import { createHash } from 'node:crypto'
import type { JWK } from 'jose'
import type { Clock } from '../ports/clock.ts'
import { unavailable } from '../protocol/errors.ts'
import { livingKeys, publishedKeys, signingKey, type Retention } from '../protocol/key-timeline.ts'
import { clockSkew } from '../protocol/limits.ts'
import type { KeyPurpose, KeyRecord, KeyStore } from '../stores/keys.ts'
import type { ServiceState } from '../stores/state.ts'
import { openMacKey, openSigningKey, type OpenMacKey, type OpenSigningKey } from './open-key.ts'
import type { Seal } from './seal.ts'

/**
 * The keys of this instance, opened, in memory: which one signs now, which ones verify, what the JWKS shows. Keys are
 * read again whenever the shared state says that they changed. It does not decide when keys come and go: rotation.ts does.
 */
export interface KeyRing {
  /** The key that signs access tokens now. Throws `temporarily_unavailable` when the shared state is stale. */
  signing(): OpenSigningKey
  /** The key that may have signed a token that is alive, or undefined: then its tokens are refused. */
  verifying(kid: string): OpenSigningKey | undefined
  /** The MAC key that makes refresh tokens now. */
  mac(): OpenMacKey
  /** Reads the store again when the key is not known here yet: another instance may have just made it. */
  macByKid(kid: string): Promise<OpenMacKey | undefined>
  /** The published keys (RFC 7517) and their entity tag. */
  jwks(): { body: string; etag: string }
  records(purpose: KeyPurpose): readonly KeyRecord[]
  retention(): Retention
  /** Follows the shared state: reads the keys again when they changed. */
  follow(state: ServiceState): Promise<void>
  reload(): Promise<void>
}

export interface KeyRingOptions {
  store: KeyStore
  seal: Seal
  clock: Clock
  /** `current` throws when the shared state is stale: nothing is signed then. Verifying and the JWKS go on with the
   * latest. */
  pulse: { current(): ServiceState; latest(): ServiceState }
}

export function createKeyRing({ store, seal, clock, pulse }: KeyRingOptions): KeyRing {
  let records: KeyRecord[] = []
  const signingKeys = new Map<string, OpenSigningKey>()
  const macKeys = new Map<string, OpenMacKey>()
  let version: number | undefined
  let jwksCache: { kids: string; body: string; etag: string } | undefined

  const ofPurpose = (purpose: KeyPurpose): KeyRecord[] => records.filter(record => record.purpose === purpose)

  const retention = (): Retention => {
    const { accessTokenLifetime, formerLifetimeUntil } = pulse.latest()
    return { tokenLifetime: accessTokenLifetime + clockSkew, formerUntil: formerLifetimeUntil.getTime() }
  }

  const published = (): KeyRecord[] => publishedKeys(ofPurpose('sign'), clock.now(), retention())

  async function reload(): Promise<void> {
    const fresh = await store.list()
    const living = new Set(livingKeys(fresh).map(record => record.kid))
    for (const keys of [signingKeys, macKeys]) {
      for (const kid of keys.keys()) if (!living.has(kid)) keys.delete(kid)
    }
    for (const record of fresh) {
      if (!living.has(record.kid)) continue
      if (record.purpose === 'mac') macKeys.set(record.kid, macKeys.get(record.kid) ?? openMacKey(record, seal))
      else signingKeys.set(record.kid, { ...(signingKeys.get(record.kid) ?? openSigningKey(record, seal)), record })
    }
    records = fresh
    jwksCache = undefined
  }

  const current = <K>(purpose: KeyPurpose, open: Map<string, K>): K => {
    pulse.current()
    const record = signingKey(ofPurpose(purpose), clock.now())
    const key = record && open.get(record.kid)
    if (key === undefined) throw unavailable('keys/none-yet')
    return key
  }

  return {
    reload,
    retention,
    records: ofPurpose,
    signing: () => current('sign', signingKeys),
    mac: () => current('mac', macKeys),
    verifying: kid => published().some(record => record.kid === kid) ? signingKeys.get(kid) : undefined,
    async macByKid(kid) {
      if (!macKeys.has(kid) && !records.some(record => record.kid === kid)) await reload()
      return macKeys.get(kid)
    },
    jwks() {
      const shown = published()
      if (shown.length === 0) throw unavailable('keys/none-yet')
      const kids = shown.map(record => record.kid).join(' ')
      if (jwksCache?.kids !== kids) jwksCache = { kids, ...renderJwks(shown) }
      return jwksCache
    },
    async follow(fresh) {
      if (fresh.keysVersion === version) return
      await reload()
      version = fresh.keysVersion
    }
  }
}

function renderJwks(shown: readonly KeyRecord[]): { body: string; etag: string } {
  const keys = shown.map(({ publicJwk, kid, algorithm }): JWK =>
    ({ ...publicJwk, use: 'sig', alg: algorithm, kid }))
  const body = JSON.stringify({ keys })
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
}
