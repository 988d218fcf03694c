import type { StoresOfInstance } from '../compose-stores.ts'
import type { Config } from '../config.ts'
import type { Pages } from '../http/pages.ts'
import type { Seal } from '../keys/seal.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { OutboundFetch } from '../ports/outbound-fetch.ts'
import type { Random } from '../ports/random.ts'
import type { Pulse } from '../pulse.ts'

/**
 * What the parts of the domain are made of: the configuration, the world behind the ports, and the stores. Every file of
 * this folder makes the parts of one folder of the domain from these and from parts that were made before. None of them
 * decides anything: a choice between implementations has been made by compose.ts and compose-stores.ts.
 */
export interface DomainTools {
  config: Config
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  stores: StoresOfInstance
  pulse: Pulse
  seal: Seal
  outboundFetch: OutboundFetch
  skipsShut: boolean
  pages: Pages
}
