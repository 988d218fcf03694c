import { startDatabases } from '../databases.mjs'
import { timed } from './print.mjs'

const configurable = ['DATABASE_URL', 'DATABASE_URL_FILE', 'REDIS_URL', 'REDIS_URL_FILE']

/**
 * A PostgreSQL and a Redis that are the demonstration's own, so that it may kill them. What the user has configured is not
 * even looked at: there may be somebody's data.
 * @returns what startDatabases answers; where they cannot be had `absence` alone, a clause that says why
 */
export async function openDatabases({ running }) {
  const set = configurable.filter(name => process.env[name])
  if (set.length > 0) console.log(`${set.join(' and ')} will not be used: what is killed here are databases of the demonstration's own.\n`)
  const databases = await timed('find PostgreSQL and Redis',
    () => startDatabases({ environment: {}, say: line => console.log(line) }).catch(error => ({ absence: explain(error) })),
    ({ absence }) => absence ? 'none: one instance, embedded' : 'started, in a folder of their own')
  if (!databases.absence) running.push(databases)
  return databases
}

function explain({ missing, message }) {
  return missing
    ? `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not installed on this machine`
    : `they could not be started here (${message.trim().split('\n').slice(0, 2).join(' ')})`
}
