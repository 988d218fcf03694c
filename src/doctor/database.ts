import { existsSync } from 'node:fs'
import path from 'node:path'
import { createFinder, type Finding } from './finding.ts'
import type { Config } from '../config.ts'
import { createLogger } from '../logger.ts'
import type { Clock } from '../ports/clock.ts'
import { withoutCredentials } from '../protocol/without-credentials.ts'
import { DataFolderInUse } from '../stores/postgres/data-lock.ts'
import { examineDatabase, type DatabaseExamination } from '../stores/postgres/examine-database.ts'
import type { AskRunning, Check } from './check.ts'

export type DatabaseFacts =
  | { state: 'examined'; embedded: boolean; examination: DatabaseExamination }
  /** The embedded database does not exist yet. */
  | { state: 'none' }
  /** The embedded database is open in the running service, which says this of itself. */
  | { state: 'in-use'; findings: Finding[] }
  | { state: 'broken'; embedded: boolean; fault: string }

export const databaseCheck: Check = async ({ database }) => judgeDatabase(await database())

export interface ExaminationOptions {
  config: Config
  clock: Clock
  askRunning: AskRunning
}

export async function examine({ config, clock, askRunning }: ExaminationOptions): Promise<DatabaseFacts> {
  const { databaseUrl: url, dataDir } = config
  const embedded = url === undefined
  if (embedded && !existsSync(path.join(dataDir, 'pgdata'))) return { state: 'none' }
  try {
    const examination = await examineDatabase({ url, dataDir, log: createLogger('silent') }, clock)
    return { state: 'examined', embedded, examination }
  } catch (error) {
    if (error instanceof DataFolderInUse) return { state: 'in-use', findings: await askRunning(config, error) }
    return { state: 'broken', embedded, fault: describeFault(error) }
  }
}

/** The innermost cause says most; what a driver quotes of a URL is left out. */
function describeFault(error: unknown): string {
  let innermost = error as Error
  while (innermost.cause instanceof Error) innermost = innermost.cause
  const text = innermost.message || (innermost as NodeJS.ErrnoException).code || innermost.name
  return withoutCredentials(text)
}

/** Seconds that clocks may differ. */
export const clockTolerance = 5

export function judgeDatabase(facts: DatabaseFacts): Finding[] {
  const finder = createFinder('database')
  switch (facts.state) {
    case 'none': return [finder.ok('There is no embedded database yet: the first start makes it.')]
    case 'in-use': return facts.findings
    case 'broken': return [finder.fail(`The database cannot be used: ${facts.fault}`, facts.embedded
      ? 'Look at the folder DATA_DIR names: permissions, free space. Otherwise restore it from a backup.'
      : 'Check DATABASE_URL, that the server runs, and that it lets this user in.')]
    case 'examined': return [
      finder.ok(`${facts.embedded ? 'The embedded PostgreSQL' : 'PostgreSQL'} ${facts.examination.version} answers.`),
      judgeMigrations(facts.examination, facts.embedded),
      ...(facts.embedded ? [] : judgeServer(facts.examination))
    ]
  }
}

function judgeMigrations({ pending }: DatabaseExamination, embedded: boolean): Finding {
  const finder = createFinder('migrations')
  if (pending.length === 0) return finder.ok('Every migration is applied.')
  const message = `Not applied yet: ${pending.join(', ')}.`
  return embedded
    ? finder.ok(`${message} The next start does that.`)
    : finder.fail(message, 'Run "countersign migrate" with the same environment.')
}

function judgeServer({ timeZone, synchronousCommit, clockAhead }: DatabaseExamination): Finding[] {
  const finder = createFinder('database')
  const clock = createFinder('clock')
  const direction = clockAhead < 0 ? 'behind' : 'ahead of'
  const difference = `The clock of the database is ${Math.abs(clockAhead).toFixed(1)} s ${direction} this machine's.`
  return [
    timeZone === 'UTC'
      ? finder.ok('Sessions are in UTC.')
      : finder.fail(`Sessions are in the time zone ${timeZone}, so that times are read wrongly.`,
        'Something between here and PostgreSQL drops the option TimeZone=UTC: let it through, or set it for this user.'),
    synchronousCommit === 'off'
      ? finder.fail('synchronous_commit is off: a crash of the server can lose a revocation that was acknowledged.',
        'Set synchronous_commit to on for this database or user.')
      : finder.ok(`synchronous_commit is ${synchronousCommit}.`),
    Math.abs(clockAhead) < clockTolerance
      ? clock.ok(difference)
      : clock.fail(difference, 'Keep both clocks right with NTP: tokens would be dated wrongly.')
  ]
}
