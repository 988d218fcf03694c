import type { Logger } from 'pino'
import { composeDomain, type Domain } from './compose-domain.ts'
import { composeStores, type StoresOfInstance } from './compose-stores.ts'
import type { Config } from './config.ts'
import { createPages } from './http/pages.ts'
import { createLogger } from './logger.ts'
import { createMetrics, type MetricsRegistry } from './metrics.ts'
import { createOutboundFetch } from './outbound/outbound-fetch.ts'
import type { Clock } from './ports/clock.ts'
import type { OutboundFetch } from './ports/outbound-fetch.ts'
import type { Random } from './ports/random.ts'
import { createPulse, type Pulse } from './pulse.ts'
import { systemClock, systemRandom } from './system.ts'
import { loadMasterKeys } from './keys/master-key.ts'
import { createSeal } from './keys/seal.ts'
import { createUpkeep } from './upkeep.ts'

/** Chooses every implementation and wires an instance together; nothing else does. */
export interface Service extends Domain {
  config: Config
  clock: Clock
  random: Random
  logger: Logger
  metrics: MetricsRegistry
  stores: StoresOfInstance
  pulse: Pulse
  /** Makes the instance able to work: migrations (embedded), the shared state, keys. Throws when it cannot. */
  start(): Promise<void>
  /** Whether it can do its work now. */
  isReady(): boolean
  /** From now on it says that it is not ready. */
  drain(): void
  close(): Promise<void>
}

export interface World {
  clock?: Clock
  random?: Random
  logger?: Logger
  outboundFetch?: OutboundFetch
  /** What the owner of the data folder tells other processes of itself. */
  greeting?: () => object
  /** For a command that may be there to remove a key that does not open: such keys are left out. */
  skipsShutKeys?: boolean
}

export async function compose(config: Config, world: World = {}): Promise<Service> {
  const { clock = systemClock, random = systemRandom, logger = createLogger(config.logLevel) } = world
  const metrics = createMetrics()
  const seal = createSeal(
    loadMasterKeys({ file: config.masterKeyFile, mayCreate: !config.production, random }), random)
  const pages = createPages(config)
  const stores = await composeStores(config, { clock, log: logger, greeting: world.greeting })
  const pulse = createPulse({ store: stores.state, clock, log: logger })
  const { skipsShutKeys: skipsShut = false } = world
  const outboundFetch = world.outboundFetch ?? createOutboundFetch({ privateNetworks: config.outboundPrivateNetworks })
  const domain = composeDomain({ config, clock, random, log: logger, metrics, stores, pulse, seal, outboundFetch, skipsShut, pages })
  for (const { follow } of [domain.list, domain.ring, domain.registry, domain.apis]) pulse.follow(follow)
  const upkeep = createUpkeep({ rotation: domain.rotation, stores, log: logger })
  const chores = [upkeep, domain.notices, ...config.revocationCanary === 'on' ? [domain.canary] : []]
  let phase: 'starting' | 'running' | 'draining' = 'starting'

  return {
    ...domain,
    config, clock, random, logger, metrics, stores, pulse,
    async start() {
      await stores.prepare()
      await stores.state.setAccessTokenLifetime(config.accessTokenLifetime)
      await pulse.refresh()
      await domain.rotation.tend()
      pulse.start()
      for (const chore of chores) chore.start()
      if (phase === 'starting') phase = 'running'
    },
    isReady: () => phase === 'running' && pulse.isFresh(),
    drain() {
      phase = 'draining'
    },
    async close() {
      phase = 'draining'
      domain.list.stop()
      await Promise.all(chores.map(chore => chore.stop()))
      await pulse.stop()
      await stores.close()
    }
  }
}
