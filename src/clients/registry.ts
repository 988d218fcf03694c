import { LRUCache } from 'lru-cache'
import type { Client, ClientStore } from '../stores/clients.ts'
import type { ServiceState } from '../stores/state.ts'

/**
 * The clients, as this instance remembers them. A miss reads through; whatever changes a client raises a counter in the
 * shared state, and then everything is forgotten. It knows nothing of how a client proves who it is.
 */
export interface ClientRegistry {
  /** Undefined when there is no such client, or it is disabled. Throws `temporarily_unavailable` when that cannot be
   * known. */
  find(clientId: string): Promise<Client | undefined>
  /** Follows the shared state: forgets what it knows when a client has changed. */
  follow(state: ServiceState): Promise<void>
}

export interface ClientRegistryOptions {
  store: ClientStore
  /** Throws `temporarily_unavailable` when the shared state is stale: what is remembered may have changed. */
  pulse: { current(): ServiceState }
}

/** The built-in client that first-party sign-in uses. */
export const firstPartyClientId = 'countersign'

const maxClients = 10_000
const maxAbsent = 1_000
/** Longer than any id is; what is remembered of strangers' guesses stays small. */
const maxIdLength = 200

export function createClientRegistry({ store, pulse }: ClientRegistryOptions): ClientRegistry {
  const known = new LRUCache<string, Client>({ max: maxClients })
  // Apart from the others, so that whoever guesses ids can neither reach the database each time nor drive out clients.
  const absent = new LRUCache<string, true>({ max: maxAbsent })
  let version: number | undefined

  return {
    async find(clientId) {
      pulse.current()
      if (clientId.length > maxIdLength || absent.has(clientId)) return undefined
      const remembered = known.get(clientId)
      if (remembered !== undefined) return remembered
      const readAt = version
      const client = await store.find(clientId)
      const usable = client?.disabledAt === undefined ? client : undefined
      // A change that came while we read may be newer than what we read.
      if (readAt !== version) return usable
      if (usable === undefined) absent.set(clientId, true)
      else known.set(clientId, usable)
      return usable
    },
    async follow(state) {
      if (state.clientsVersion === version) return
      version = state.clientsVersion
      known.clear()
      absent.clear()
    }
  }
}
