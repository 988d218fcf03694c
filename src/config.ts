import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { settings, type SettingName, type Values } from './config-schema.ts'

/**
 * The only reader of the environment. Every setting is declared in config-schema.ts; what is wrong is reported all at
 * once, each fault with the variable's name and what would be right. The result is frozen.
 */

export interface Config extends Values {
  readonly production: boolean
}

export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The configuration is not right:\n${faults.map(fault => `  - ${fault}`).join('\n')}`)
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Every variable that has a meaning, the `…_FILE` forms of secrets included. */
export const configNames: readonly string[] = [
  'NODE_ENV',
  ...Object.entries(settings).flatMap(([name, setting]) => setting.secret ? [name, `${name}_FILE`] : [name])
]

type Environment = Record<string, string | undefined>

/** @throws ConfigError with every fault at once */
export function readConfig(environment: Environment = readEnvironment()): Config {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings)) {
    const text = readText(name as SettingName, environment, faults)
    const read = text === undefined ? undefined : setting.read(text)
    if (text !== undefined && read === undefined) {
      faults.push(`${name} ${setting.secret ? '' : `is "${text}", but `}must be ${setting.expected}`.replace('  ', ' '))
    }
    values[setting.property] = read ?? setting.fallback
  }
  const production = isProduction(environment)
  const config = withDefaults(values as unknown as Values, production)
  faults.push(...findConflicts(config))
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze(config)
}

function readText(name: SettingName, environment: Environment, faults: string[]): string | undefined {
  const text = environment[name]
  const file = settings[name].secret ? environment[`${name}_FILE`] : undefined
  if (text !== undefined && text !== '') {
    if (file) faults.push(`${name} and ${name}_FILE are both set: keep one`)
    return text
  }
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    faults.push(`${name}_FILE names a file that cannot be read: ${(error as Error).message}`)
    return undefined
  }
}

function withDefaults(values: Values, production: boolean): Config {
  const issuer = values.issuer ?? `http://127.0.0.1:${values.port}`
  return {
    ...values,
    issuer,
    production,
    masterKeyFile: values.masterKeyFile ?? path.join(values.keysDir, 'master.key'),
    registration: values.registration ?? (production ? 'closed' : 'open'),
    firstPartyOrigins: values.firstPartyOrigins ?? [new URL(issuer).origin]
  }
}

function findConflicts(config: Config): string[] {
  const faults: string[] = []
  const issuer = new URL(config.issuer)
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(issuer.hostname)
  if (config.production && issuer.protocol === 'http:' && !loopback) {
    faults.push(`ISSUER is "${config.issuer}", but in production it must be https (or http on a loopback address)`)
  }
  if (config.databaseUrl !== undefined && config.redisUrl === undefined) {
    faults.push('DATABASE_URL is set without REDIS_URL: set REDIS_URL too, for example redis://127.0.0.1:6379')
  }
  if (config.databaseUrl === undefined && config.redisUrl !== undefined) {
    faults.push('REDIS_URL is set without DATABASE_URL: set both, or neither for the embedded database')
  }
  if (config.production && config.refreshGrace > 60) {
    faults.push(`REFRESH_GRACE is ${config.refreshGrace}, but in production it must be at most 60 seconds`)
  }
  if (config.clientRegistration === 'token' && config.initialAccessToken === undefined) {
    faults.push('CLIENT_REGISTRATION is "token" without INITIAL_ACCESS_TOKEN: set one, of at least 32 characters')
  }
  if (config.refreshTokenLifetime > config.refreshAbsoluteLifetime) {
    faults.push('REFRESH_TOKEN_LIFETIME must not be longer than REFRESH_ABSOLUTE_LIFETIME')
  }
  return faults
}

const isProduction = (environment: Environment): boolean =>
  environment['NODE_ENV'] === 'production' ||
  ['DATABASE_URL', 'DATABASE_URL_FILE'].some(name => (environment[name] ?? '') !== '')

/** In development, variables from `.env` in the working directory stand behind those that are set. */
function readEnvironment(): Environment {
  const production = isProduction(process.env)
  if (!production && existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}
