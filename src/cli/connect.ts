import { setTimeout as pause } from 'node:timers/promises'
import { createAdminApp } from '../admin/admin-app.ts'
import { adminTokenFile, findAdminToken, makeAdminToken } from '../admin/admin-token.ts'
import { compose, type Service } from '../compose.ts'
import type { Config } from '../config.ts'
import { createLogger } from '../logger.ts'
import { DataFolderInUse } from '../stores/postgres/data-lock.ts'
import { createAdminCaller, type AdminCaller, type Send } from './admin-caller.ts'
import { CommandError } from './command.ts'

/**
 * The way to the service. With a PostgreSQL server the admin API is served in this very process, for this one
 * command: any number of processes may work on a server. The embedded database has one owner: where that is
 * the running service, the command is sent to its admin listener; where there is none, this process is the
 * owner for a moment.
 */
export async function connectToService(config: Config): Promise<AdminCaller> {
  const deadline = performance.now() + ownerPatience
  for (;;) {
    try {
      return await serveInProcess(config)
    } catch (error) {
      if (!(error instanceof DataFolderInUse)) throw error
      const adminUrl = adminUrlOf(error)
      if (adminUrl !== undefined) return callRunning(config, adminUrl)
      // Another command, which is about to end, or a service that is about to listen.
      if (performance.now() > deadline) throw error
      await pause(100)
    }
  }
}

/** Milliseconds. */
const ownerPatience = 10_000
const answerTimeout = 30_000

export function adminUrlOf({ greeting }: DataFolderInUse): string | undefined {
  const adminUrl = greeting?.['adminUrl']
  return typeof adminUrl === 'string' ? adminUrl : undefined
}

async function serveInProcess(config: Config): Promise<AdminCaller> {
  const logger = createLogger('error', process.stderr)
  const service = await compose(config, { logger, skipsShutKeys: true })
  try {
    // A token for these few moments: the one in the file is for the listener, and may be another user's.
    const token = makeAdminToken(service.random)
    const admin = await createAdminApp({ ...service, config: { ...config, adminToken: token } })
    await prepare(service)
    return createAdminCaller({
      token,
      send: async ({ method, path, headers, body }) => {
        const request = { method, url: path, headers, ...(body && { payload: body }) }
        const answer = await admin.inject(request)
        return { status: answer.statusCode, body: answer.body }
      },
      async close() {
        await admin.close()
        await service.close()
      }
    })
  } catch (error) {
    await service.close()
    throw error
  }
}

/** What the acts stand on, and no more: this process signs nothing and puts no lifetime in force. */
async function prepare({ stores, pulse }: Service): Promise<void> {
  await stores.prepare()
  await stores.settle()
  await pulse.refresh()
}

/** @throws CommandError */
export function callRunning(config: Config, adminUrl: string): AdminCaller {
  const token = findAdminToken(config)
  if (token === undefined) {
    throw new CommandError(`The service is running, but there is no admin token at ${adminTokenFile(config)}: ` +
      'use the KEYS_DIR or ADMIN_TOKEN_FILE that it was started with.')
  }
  return createAdminCaller({ token, send: sendTo(adminUrl), close: async () => undefined })
}

function sendTo(adminUrl: string): Send {
  return async ({ method, path, headers, body }) => {
    try {
      const answer = await fetch(new URL(path, adminUrl), {
        method, headers, signal: AbortSignal.timeout(answerTimeout), ...(body !== undefined && { body })
      })
      return { status: answer.status, body: await answer.text() }
    } catch (error) {
      throw new CommandError(`The running service does not answer at ${adminUrl} (${(error as Error).message}). ` +
        'Run the command on the machine, and in the network, where the service runs.')
    }
  }
}
