import { createFinder, type Finding } from './finding.ts'
import { ConfigError, type Config } from '../config.ts'
import { systemClock } from '../system.ts'
import type { AskRunning, Patient } from './check.ts'
import { examine, type DatabaseFacts } from './database.ts'
import { checks } from './index.ts'
import { judgeNodeVersion } from './node-version.ts'

/**
 * The doctor: what is wrong with an installation, and what to do. Works with nothing running and with
 * anything broken, so this folder looks at each part by itself and must not need the whole to be composed.
 * Every check first looks, then judges by a function without input or output; one that fails by itself is a
 * finding, too.
 */
export async function diagnose(readConfig: () => Config, askRunning: AskRunning): Promise<Finding[]> {
  const finder = createFinder('configuration')
  const findings = [judgeNodeVersion(process.version)]
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults : [(error as Error).message]
    return [...findings, ...faults.map(fault => finder.fail(`${fault}.`, 'Set it right; the other checks need that.'))]
  }
  findings.push(finder.ok(`${config.production ? 'Production' : 'Development'}, ` +
    `${config.databaseUrl === undefined ? 'on the embedded database' : 'on PostgreSQL and Redis'}.`))
  const patient = createPatient(config, askRunning)
  for (const check of checks) {
    findings.push(...await check(patient).catch((error: unknown) =>
      [finder.fail(`A check could not be made: ${(error as Error).message}`, 'Report this, with the message.')]))
  }
  return findings
}

function createPatient(config: Config, askRunning: AskRunning): Patient {
  let facts: Promise<DatabaseFacts> | undefined
  const clock = systemClock
  return { config, clock, database: () => facts ??= examine({ config, clock, askRunning }) }
}
