import type { Api, ApiStore } from '../stores/apis.ts'
import type { ServiceState } from '../stores/state.ts'

/**
 * The registered APIs, all of them, as this instance remembers them. Whatever changes one raises the counter that clients
 * have in the shared state, and then all are read again.
 */
export interface ApiRegistry {
  /** Undefined when there is no such API. Throws `temporarily_unavailable` when that cannot be known. */
  find(identifier: string): Api | undefined
  /** The identifiers of those that a client may ask for. Throws likewise. */
  openTo(clientId: string): string[]
  /** Follows the shared state: reads all again when one may have changed. */
  follow(state: ServiceState): Promise<void>
}

export interface ApiRegistryOptions {
  store: ApiStore
  /** Throws `temporarily_unavailable` when the shared state is stale: what is remembered may have changed. */
  pulse: { current(): ServiceState }
}

export function createApiRegistry({ store, pulse }: ApiRegistryOptions): ApiRegistry {
  let known: ReadonlyMap<string, Api> = new Map()
  let version: number | undefined
  return {
    find(identifier) {
      pulse.current()
      return known.get(identifier)
    },
    openTo(clientId) {
      pulse.current()
      return [...known.values()].filter(({ clients }) => clients.includes(clientId)).map(({ identifier }) => identifier)
    },
    async follow({ clientsVersion }) {
      if (clientsVersion === version) return
      const apis = await store.list()
      known = new Map(apis.map(api => [api.identifier, api]))
      // Only now: a reading that failed is tried again at the next beat.
      version = clientsVersion
    }
  }
}
