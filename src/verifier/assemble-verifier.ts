import { createAdmitToken } from './admit-token.ts'
import { createCheckBinding } from './bindings/check-binding.ts'
import { createCheckDpop } from './bindings/check-dpop.ts'
import { createReplayGuard } from './bindings/replay-guard.ts'
import { createEmitter, type Emitter } from './emitter.ts'
import { VerifierError } from './errors.ts'
import { fetchJwks } from './keys/fetch-jwks.ts'
import { createHeldKeys } from './keys/held-keys.ts'
import { createKeySource, type KeySource } from './keys/key-source.ts'
import type { VerifierOptions } from './options.ts'
import type { Platform } from './platform.ts'
import { createRevocationChecker } from './revocation/create-revocation-checker.ts'
import type { RevocationHealth } from './revocation/revocation-checker.ts'
import { readSettings, type Settings } from './settings.ts'
import { waitUntil } from './wait-until.ts'
import type { Verifier, VerifierEvents, VerifierHealth } from './verifier.ts'
import { createVerifySigned } from './verify-signed.ts'
import { createVerifyToken } from './verify-token.ts'

/**
 * The verifier, put together for a runtime. This folder owns what a resource server has to know of Countersign's tokens; it
 * imports jose, where the runtime needs it, and nothing of the server.
 *
 * @throws TypeError that names the option which cannot work
 */
export function assembleVerifier(options: VerifierOptions, platform: Platform): Verifier {
  const settings = readSettings(options)
  const events = createEmitter<VerifierEvents>()
  let isClosed = false
  const counters = { verified: 0, cached: 0, proofsForgottenEarly: 0 }
  const { held, source, revocation } = connectParts({ options, settings, platform, events })
  const dpop = readDpopRules(settings, () => { counters.proofsForgottenEarly += 1 })
  const verifyToken = createVerifyToken({
    settings, keys: source, revocation,
    admit: createAdmitToken({ settings, platform, keys: source, revocation }),
    checkBinding: createCheckBinding(createCheckDpop({ platform, ...dpop }), platform),
    count: name => { counters[name] += 1 }
  })
  const isReady = (): boolean => !isClosed && source.isUsable() && isCurrent(revocation.health())

  revocation.start()
  return {
    issuer: settings.issuer,
    audiences: settings.audience,
    verify: (token, asked) => isClosed ? Promise.reject(closed()) : verifyToken(token, asked),
    announce: ({ whenStale }) => { if (whenStale !== undefined) revocation.announce(whenStale) },
    async ready() {
      await waitUntil(async () => { if (isClosed) throw closed(); await source.fill(); return isReady() })
    },
    health(): VerifierHealth {
      // Whom a probe takes out of rotation gets no token that would have the keys fetched, and would stay out for ever.
      if (!isClosed) void source.fill()
      return {
        ready: isReady(),
        keys: { version: held.version(), age: (settings.clock.monotonic() - held.confirmedAt()) / 1000, kids: held.heldKids() },
        revocation: revocation.health(),
        counters: { ...counters, keyRequests: source.requests() }
      }
    },
    on: events.on,
    async close() {
      isClosed = true
      await revocation.close()
    }
  }
}

interface Parts {
  options: VerifierOptions
  settings: Settings
  platform: Platform
  events: Emitter<VerifierEvents>
}

/** Keys and revocation need each other: the feed brings keys, and a key tells whether a status list is the issuer's. */
function connectParts({ options, settings, platform, events }: Parts) {
  const { issuer, clockTolerance, fetch, clock, jwks, jwksUri, algorithms } = settings
  const held = createHeldKeys({
    algorithms, platform, monotonic: clock.monotonic,
    onChange: (kids, removed) => events.emit('keys', { kids, removed })
  })
  const revocation = createRevocationChecker(options.revocation, {
    issuer: issuer.replace(/\/$/, ''), clockTolerance, fetch, clock, platform, keys: held, events,
    verifySigned: createVerifySigned({ keys: { find: kid => source.find(kid), renew: () => source.renew() }, platform, algorithms })
  })
  const source: KeySource = createKeySource({
    held, monotonic: clock.monotonic,
    fetchKeys: () => fetchJwks({ uri: jwksUri, fetch, timeout: jwks.timeout * 1000 }),
    hasBackground: options.revocation.mode === 'feed',
    onError: error => events.emit('error', { error, during: 'keys' }),
    times: { cacheLifetime: jwks.cacheLifetime * 1000, cooldown: jwks.cooldown * 1000, maxStale: jwks.maxStale * 1000, timeout: jwks.timeout * 1000 }
  })
  return { held, source, revocation }
}

function readDpopRules(settings: Settings, onOverflow: () => void) {
  const { clock, clockTolerance: tolerance, maxTokenLength: maxLength, dpop } = settings
  const replays = createReplayGuard({
    // A proof may be as far ahead of our clock as behind.
    lifetime: (dpop.maxAge + 2 * tolerance) * 1000,
    size: dpop.replaySize,
    monotonic: clock.monotonic,
    onOverflow
  })
  return { algorithms: dpop.algorithms, replays, now: clock.now, maxAge: dpop.maxAge, tolerance, maxLength }
}

function closed(): VerifierError {
  return new VerifierError('revocation_unavailable', 'The verifier has been closed.')
}

/** Nothing but the feed follows by itself: whoever asks for each token learns by asking whether there is an answer. */
function isCurrent({ mode, fresh }: RevocationHealth): boolean {
  return mode === 'feed' ? fresh : true
}
