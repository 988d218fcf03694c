import type { Rotation } from './keys/rotation.ts'
import type { Log } from './ports/log.ts'
import type { AuditStore } from './stores/audit.ts'
import type { ClientRegistrationStore } from './stores/client-registrations.ts'
import type { JournalStore } from './stores/journal.ts'
import type { StatusListStore } from './stores/status-lists.ts'
import type { VerifierStore } from './stores/verifiers.ts'

/** What an instance does on the side: keys that fall due, rows that nobody needs any more. Any number of instances may. */
export interface Upkeep {
  start(): void
  stop(): Promise<void>
}

export interface UpkeepOptions {
  rotation: Rotation
  stores: {
    journal: JournalStore
    audit: AuditStore
    clientRegistrations: ClientRegistrationStore
    statusLists: StatusListStore
    verifiers: VerifierStore
  }
  log: Log
}

/** Seconds. */
const keyInterval = 15
const pruneInterval = 600
/** A client that registered itself has so long to sign in its first user. */
const unusedClientAge = 86_400
const auditDays = 400

export function createUpkeep({ rotation, stores, log }: UpkeepOptions): Upkeep {
  const timers: NodeJS.Timeout[] = []
  let running: Promise<unknown> = Promise.resolve()

  const every = (seconds: number, task: () => Promise<unknown>): void => {
    timers.push(setInterval(() => {
      running = running.then(task).catch(error => log.warn({ err: error as Error }, 'upkeep did not succeed; it will be tried again'))
    }, seconds * 1000).unref())
  }

  return {
    start() {
      every(keyInterval, rotation.tend)
      every(pruneInterval, async () => {
        await stores.journal.prune()
        await stores.statusLists.prune()
        await stores.audit.prune({ auditDays })
        await stores.clientRegistrations.pruneUnused(unusedClientAge)
        await stores.verifiers.prune()
      })
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await running
    }
  }
}
