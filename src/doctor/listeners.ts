import { createFinder, type Finding } from './finding.ts'
import type { Check } from './check.ts'
import { isLoopback, probe, type Answer } from './probe.ts'

export interface ListenerFacts {
  name: string
  url: string
  /** Which variable sets its port. */
  variable: string
  health: Answer
  readiness: Answer
}

export const listenersCheck: Check = async ({ config: { host, port, adminHost, adminPort } }) => {
  if (port !== 0 && port === adminPort) {
    const finder = createFinder('listeners')
    return [finder.fail(`PORT and ADMIN_PORT are both ${port}.`, 'Give the admin listener a port of its own.')]
  }
  const found = await Promise.all([
    look({ name: 'public', variable: 'PORT' }, host, port),
    look({ name: 'admin', variable: 'ADMIN_PORT' }, adminHost, adminPort)
  ])
  return found.flatMap(facts => facts === undefined ? [] : [judgeListener(facts)])
}

/**
 * Undefined where there is nothing to look at: a port that is chosen at the start, an address of another
 * machine.
 */
async function look(
  about: Pick<ListenerFacts, 'name' | 'variable'>, host: string, port: number
): Promise<ListenerFacts | undefined> {
  const local = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host
  if (port === 0 || !isLoopback(local)) return undefined
  const url = `http://${local.includes(':') ? `[${local}]` : local}:${port}`
  return { ...about, url, health: await probe(`${url}/healthz`), readiness: await probe(`${url}/readyz`) }
}

export function judgeListener({ name, url, variable, health, readiness }: ListenerFacts): Finding {
  const finder = createFinder('listeners')
  if (health === 'refused') return finder.ok(`Nobody listens at ${url}, where the ${name} listener would be.`)
  if (health === 'silent' || (health.body as { status?: unknown } | undefined)?.status !== 'ok') {
    return finder.fail(`Something else than Countersign listens at ${url}.`,
      `Stop it, or set ${variable} to a free port.`)
  }
  if (readiness !== 'refused' && readiness !== 'silent' && readiness.status === 200) {
    return finder.ok(`The ${name} listener answers at ${url} and is ready.`)
  }
  return finder.fail(`The ${name} listener answers at ${url}, but is not ready.`,
    '/readyz of the admin listener and the log of the service say which part is away.')
}
