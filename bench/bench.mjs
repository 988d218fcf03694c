// What every figure measures against: one running instance, the seed in its database, and load for it. Grants and
// tokens are made when a figure first asks for them.
import path from 'node:path'
import { configNames } from '../dist/config.js'
import { withoutSettings } from '../scripts/node-process.mjs'
import { openGrants } from './code-flow.mjs'
import { startInstance } from './instance.mjs'
import { runLoad } from './load.mjs'
import { fetchClientToken, refreshAll, seedDatabase, signInOften } from './seed.mjs'

/** @param profile a folder for a CPU profile of the instance (node --cpu-prof), or undefined */
export async function openBench({ folder, databases, profile, masterKeyFile }) {
  const base = {
    ...withoutSettings(configNames), MASTER_KEY_FILE: masterKeyFile, KEYS_DIR: path.dirname(masterKeyFile),
    SIGN_IN_LIMIT_PER_IP: '1000000', LOG_LEVEL: 'warn'
  }
  const production = {
    ...base, NODE_ENV: 'production', DATABASE_URL: databases.databaseUrl, REDIS_URL: databases.redisUrl
  }
  const embedded = (name, more) => ({ ...base, DATA_DIR: path.join(folder, name), ...more })
  const seed = await seedDatabase(production)
  const args = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`]
  const instance = await startInstance(production, { folder, args })
  const load = (run, plan) => runLoad(run, { folder, ...plan })
  return {
    folder, seed, instance, load,
    /** For a figure that starts an instance of its own. */
    environment: production,
    url: instance.url,
    embeddedEnvironment: embedded('embedded', { NODE_ENV: 'production' }),
    startEnvironment: embedded('start', {}),
    ...createTokens(instance.url, seed),
    close: instance.stop
  }
}

function createTokens(url, seed) {
  const signIns = async count => (await signInOften(url, seed, count)).map(answer => answer.refreshToken)
  let pool = []
  return {
    /** Refresh tokens of `count` new grants. */
    signIns,
    /** `count` distinct access tokens of users. */
    async accessTokens(count) {
      let refreshTokens = pool.length < count ? await signIns(256) : []
      while (pool.length < count) {
        const answers = await refreshAll(url, refreshTokens)
        pool = [...pool, ...answers.map(answer => answer.accessToken)]
        refreshTokens = answers.map(answer => answer.refreshToken)
      }
      return pool.slice(0, count)
    },
    /** Refresh tokens of `count` new grants of the web client, with `openid`. */
    openIdGrants: count => openGrants(url, seed, count),
    authorization: async () => `Bearer ${await fetchClientToken(url, seed.client)}`
  }
}
