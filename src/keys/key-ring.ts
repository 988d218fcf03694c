import type { Clock } from '../ports/clock.ts'
import { unavailable } from '../protocol/errors.ts'
import { publishedKeys, signingKey, type Retention } from '../protocol/key-timeline.ts'
import { clockSkew } from '../protocol/limits.ts'
import { sha256Text } from '../protocol/sha256.ts'
import { createSingleFlight } from '../single-flight.ts'
import type { KeyPurpose, KeyRecord, KeyStore } from '../stores/keys.ts'
import type { ServiceState } from '../stores/state.ts'
import type { OpenMacKey, OpenSigningKey, VerifyingKey } from './open-key.ts'
import { createOpenKeys } from './open-keys.ts'
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
  /**
   * The key that may have signed an ID token of a session that is alive, long after its last access token: for hints alone.
   */
  hinting(kid: string): VerifyingKey | undefined
  /** The MAC key that makes refresh tokens now. */
  mac(): OpenMacKey
  /** Reads the store again when the key is not known here yet: another instance may have just made it. */
  macByKid(kid: string): Promise<OpenMacKey | undefined>
  /** The published keys (RFC 7517) and their entity tag. */
  jwks(): { body: string; etag: string }
  records(purpose: KeyPurpose): readonly KeyRecord[]
  /** Those that `records` leaves out: they check hints and nothing else. */
  retired(): readonly KeyRecord[]
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
  /** Whether keys that do not open are left out instead of stopping everything. */
  skipsShut?: boolean
}

/** Milliseconds. */
const seekInterval = 1000

export function createKeyRing({ store, seal, clock, pulse, skipsShut = false }: KeyRingOptions): KeyRing {
  const keys = createOpenKeys(seal, skipsShut)
  let version: number | undefined
  let jwksCache: { kids: string; body: string; etag: string } | undefined

  const retention = (): Retention => {
    const { accessTokenLifetime, formerLifetimeUntil } = pulse.latest()
    return { tokenLifetime: accessTokenLifetime + clockSkew, formerUntil: formerLifetimeUntil.getTime() }
  }
  const published = createPublished(() => ({ now: clock.now(), state: pulse.latest(), records: keys.records('sign') }), retention)
  // One at a time: an older answer that arrives late must not bring back a key that was removed.
  const reading = createSingleFlight(async () => keys.replace(await store.list()))
  const seek = atMostEvery(seekInterval, { clock, run: reading.run })

  function current<K>(purpose: KeyPurpose, open: (kid: string) => K | undefined): K {
    pulse.current()
    const record = signingKey(keys.records(purpose), clock.now())
    return (record && open(record.kid)) ?? refuse()
  }

  return {
    retention, reload: reading.run, records: keys.records, retired: keys.retiredRecords,
    signing: () => current('sign', keys.signing),
    mac: () => current('mac', keys.mac),
    verifying: kid => published().some(record => record.kid === kid) ? keys.signing(kid) : undefined,
    hinting: kid => keys.signing(kid) ?? keys.retired(kid),
    async macByKid(kid) {
      if (!keys.isKnown(kid)) await seek()
      return keys.mac(kid)
    },
    jwks() {
      const shown = published()
      const kids = shown.map(record => record.kid).join(' ') || refuse()
      if (jwksCache?.kids !== kids) jwksCache = { kids, ...renderJwks(shown.map(record => keys.signing(record.kid)!)) }
      return jwksCache
    },
    async follow(fresh) {
      if (fresh.keysVersion === version) return
      await reading.run()
      version = fresh.keysVersion
    }
  }
}

/** Strangers can name any kid: their guesses cost one read in an interval (milliseconds), all together. */
function atMostEvery(interval: number, { clock, run }: { clock: Clock; run: () => Promise<void> }): () => Promise<void> {
  let ranAt = -Infinity
  let last: Promise<void> = Promise.resolve()
  return () => {
    if (clock.monotonic() - ranAt < interval) return last
    ranAt = clock.monotonic()
    last = run()
    return last
  }
}

interface Moment {
  now: number
  state: ServiceState
  records: readonly KeyRecord[]
}

/** The published keys. Asked for every token: the same within a millisecond, as long as nothing was read anew. */
function createPublished(look: () => Moment, retention: () => Retention): () => KeyRecord[] {
  let last: (Moment & { keys: KeyRecord[] }) | undefined
  return () => {
    const { now, state, records } = look()
    if (last?.now !== now || last.state !== state || last.records !== records) {
      last = { now, state, records, keys: publishedKeys(records, now, retention()) }
    }
    return last.keys
  }
}

/** A JWKS is never empty and nothing is signed before the first key is there. */
function refuse(): never {
  throw unavailable('keys/none-yet')
}

/** Made from the opened keys: what the seal protects is what is published. */
function renderJwks(shown: readonly OpenSigningKey[]): { body: string; etag: string } {
  const keys = shown.map(({ publicKey, algorithm, record }) =>
    ({ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm.name, kid: record.kid }))
  const body = JSON.stringify({ keys })
  return { body, etag: `"${sha256Text(body).slice(0, 22)}"` }
}
