import { isIP } from 'node:net'
import path from 'node:path'

/** Every setting: its variable, its type, its default and how it is said to a person. docs/config.md explains them. */

interface Setting<T> {
  property: string
  /** What a right value is, to complete "must be …". */
  expected: string
  read(text: string): T | undefined
  fallback: T | undefined
  /** Also read from the file that `<NAME>_FILE` names, and never shown. */
  secret?: boolean
}

const root = path.resolve(import.meta.dirname, '..')

const wholeNumber = (property: string, fallback: number, [min, max, unit]: [number, number, string]): Setting<number> => ({
  property,
  fallback,
  expected: `${unit} from ${min} to ${max}`,
  read: text => /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined
})

const text = (property: string, fallback: string | undefined, expected = 'a text'): Setting<string> =>
  ({ property, fallback, expected, read: value => value })

const folder = (property: string, name: string): Setting<string> =>
  ({ property, fallback: path.join(root, name), expected: 'a folder', read: value => path.resolve(value) })

const oneOf = (property: string, fallback: string | undefined, choices: string[]): Setting<string> =>
  ({ property, fallback, expected: choices.join(' or '), read: value => choices.includes(value) ? value : undefined })

const url = (property: string, protocols: string[], expected: string): Setting<string> => ({
  property,
  fallback: undefined,
  expected,
  secret: true,
  read: value => URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined
})

interface ListOf {
  /** What the items are. */
  expected: string
  accepts(item: string): boolean
}

const list = (property: string, { expected, accepts }: ListOf, fallback?: string[]): Setting<string[]> => ({
  property,
  fallback,
  expected,
  read: value => {
    const items = value.split(/[\s,]+/).filter(item => item !== '')
    return items.length > 0 && value.length <= 2000 && items.every(accepts) ? items : undefined
  }
})

const isOrigin = (item: string) => URL.canParse(item) && new URL(item).origin === item && /^https?:/.test(item)

/** No trailing slash, query or fragment: `iss` is compared character by character (RFC 8414 §2). */
const isIssuer = (value: string) =>
  URL.canParse(value) && /^https?:\/\/[^/]+(\/[^?#]*[^/?#])?$/.test(value) && !/[?#@]/.test(value) &&
  new URL(value).origin === /^https?:\/\/[^/]+/.exec(value)![0]

const isProxyRule = (item: string) => /^(\d{1,2}|true|[0-9a-fA-F.:]+(\/\d{1,3})?|loopback|linklocal|uniquelocal)$/.test(item)

/** It stands on every page, in the middle of sentences. */
const isBrandName = (value: string) => value.trim() !== '' && value.length <= 60 && !/[\p{Cc}\p{Cf}]/u.test(value)
const isNetwork = (item: string) => {
  const [, address = '', prefix] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(item) ?? []
  return isIP(address) !== 0 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128)
}

const day = 86_400

const declared = {
  ISSUER: {
    property: 'issuer', fallback: undefined,
    expected: 'an http or https URL without trailing slash, query or fragment, such as https://id.example.com',
    read: (value: string) => isIssuer(value) ? value : undefined
  },
  HOST: text('host', '127.0.0.1', 'an address to listen on'),
  PORT: wholeNumber('port', 3000, [0, 65_535, 'a TCP port']),
  ADMIN_HOST: text('adminHost', '127.0.0.1', 'an address to listen on'),
  ADMIN_PORT: wholeNumber('adminPort', 3001, [0, 65_535, 'a TCP port']),
  ADMIN_TOKEN: {
    property: 'adminToken', fallback: undefined, secret: true, expected: 'at least 32 characters',
    read: (value: string) => value.length >= 32 ? value : undefined
  },
  DATABASE_URL: url('databaseUrl', ['postgresql:', 'postgres:'], 'a URL such as postgresql://user:password@host:5432/name'),
  REDIS_URL: url('redisUrl', ['redis:', 'rediss:'], 'a URL such as redis://host:6379'),
  DATA_DIR: folder('dataDir', 'data'),
  KEYS_DIR: folder('keysDir', 'keys'),
  MASTER_KEY_FILE: { ...text('masterKeyFile', undefined, 'a file'), read: (value: string) => path.resolve(value) },
  TRUST_PROXY: list('trustProxy', {
    expected: 'addresses or networks of your proxies, such as 10.0.0.0/8, or the number of hops', accepts: isProxyRule
  }, []),
  ACCESS_TOKEN_LIFETIME: wholeNumber('accessTokenLifetime', 600, [10, day, 'whole seconds']),
  REFRESH_TOKEN_LIFETIME: wholeNumber('refreshTokenLifetime', 14 * day, [60, 400 * day, 'whole seconds']),
  REFRESH_ABSOLUTE_LIFETIME: wholeNumber('refreshAbsoluteLifetime', 90 * day, [60, 800 * day, 'whole seconds']),
  REFRESH_GRACE: wholeNumber('refreshGrace', 10, [0, 3600, 'whole seconds']),
  SESSION_LIFETIME: wholeNumber('sessionLifetime', 30 * day, [60, 400 * day, 'whole seconds']),
  KEY_ROTATION_INTERVAL: wholeNumber('keyRotationInterval', 30 * day, [3600, 800 * day, 'whole seconds']),
  // A list may be used for three times as long, and a minute. Whatever lifetime tokens have, a key is published for longer than
  // that once it no longer signs, by a minute between two clocks: a list that is still good finds its key in the JWKS.
  STATUS_LIST_TTL: wholeNumber('statusListTtl', 30, [1, 200, 'whole seconds']),
  REGISTRATION: oneOf('registration', undefined, ['open', 'closed']),
  CLIENT_REGISTRATION: oneOf('clientRegistration', 'off', ['off', 'token', 'open']),
  INITIAL_ACCESS_TOKEN: {
    property: 'initialAccessToken', fallback: undefined, secret: true, expected: 'at least 32 characters that a bearer token may have',
    read: (value: string) => /^[A-Za-z0-9\-._~+/]{32,}=*$/.test(value) ? value : undefined
  },
  FIRST_PARTY_ORIGINS: list('firstPartyOrigins', {
    expected: 'origins such as https://app.example.com, separated by spaces', accepts: isOrigin
  }),
  FIRST_PARTY_AUDIENCES: list('firstPartyAudiences', {
    expected: 'audience identifiers, separated by spaces, of 200 characters at most and 2,000 together',
    accepts: item => item.length <= 200
  }, []),
  SIGN_IN_LIMIT_PER_IP: wholeNumber('signInLimitPerIp', 100, [1, 1_000_000, 'a number of attempts in 15 minutes']),
  BRAND_NAME: {
    ...text('brandName', 'Countersign', 'a name of 60 characters at most'),
    read: (value: string) => isBrandName(value) ? value.trim() : undefined
  },
  BRAND_COLOR: {
    ...text('brandColor', '#2b4c9b', 'a colour such as #2b4c9b'),
    read: (value: string) => /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : undefined
  },
  BRAND_LOGO_FILE: { ...text('brandLogoFile', undefined, 'a file'), read: (value: string) => path.resolve(value) },
  OUTBOUND_PRIVATE_NETWORKS: list('outboundPrivateNetworks', {
    expected: 'networks such as 10.0.0.0/8 or fd00::/8, separated by spaces', accepts: isNetwork
  }, []),
  REVOCATION_CANARY: oneOf('revocationCanary', 'on', ['on', 'off']),
  SHUTDOWN_DELAY: wholeNumber('shutdownDelay', 0, [0, 120, 'whole seconds']),
  LOG_LEVEL: oneOf('logLevel', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
} satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof declared

export const settings: Readonly<Record<SettingName, Setting<unknown>>> = declared

/** What the environment says, defaults filled in where they do not depend on another setting. */
export interface Values {
  readonly issuer: string
  readonly host: string
  readonly port: number
  readonly adminHost: string
  readonly adminPort: number
  readonly adminToken: string | undefined
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly dataDir: string
  readonly keysDir: string
  readonly masterKeyFile: string
  readonly trustProxy: string[]
  readonly accessTokenLifetime: number
  readonly refreshTokenLifetime: number
  readonly refreshAbsoluteLifetime: number
  readonly refreshGrace: number
  readonly sessionLifetime: number
  readonly keyRotationInterval: number
  readonly statusListTtl: number
  readonly registration: 'open' | 'closed'
  readonly clientRegistration: 'off' | 'token' | 'open'
  readonly initialAccessToken: string | undefined
  readonly firstPartyOrigins: string[]
  readonly firstPartyAudiences: string[]
  readonly signInLimitPerIp: number
  readonly brandName: string
  readonly brandColor: string
  readonly brandLogoFile: string | undefined
  readonly outboundPrivateNetworks: string[]
  readonly revocationCanary: 'on' | 'off'
  readonly shutdownDelay: number
  readonly logLevel: string
}
