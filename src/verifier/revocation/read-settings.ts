import { mustBeOptions } from '../must-be-options.ts'
import type { WhenStale } from './revocation-checker.ts'
import type {
  FeedOptions, LookupOptions, LookupTiming, NoRevocationOptions, ServiceClient, StatusListOptions
} from './revocation-options.ts'

/** What the options mean where they are left out, and what cannot be meant. Each throws a TypeError that names the option. */

export interface FeedSettings {
  maxStaleness: number
  whenStale: WhenStale
  instance: string
  transport: 'auto' | 'stream' | 'poll'
}

export interface LookupSettings {
  cacheLifetime: number
  timeout: number
}

export interface StatusListSettings {
  maxStaleness: number
  whenStale: WhenStale
}

/** The head is confirmed each half second, and told each second. */
const heartbeats = ' Just before the next heartbeat a view is up to 1.5 seconds old with everything in order.'

const policies: readonly WhenStale[] = ['lookup', 'reject', 'accept']

/** What the modes that may ask the service have in common. */
const askingNames = {
  mode: true, whenStale: true, clientId: true, clientSecret: true, serviceUrl: true, lookupCache: true, lookupTimeout: true
} as const

export function readFeedSettings(options: FeedOptions): FeedSettings {
  mustBeOptions('revocation', options, { ...askingNames, maxStaleness: true, instance: true, transport: true })
  const { maxStaleness = 5, whenStale = 'lookup', instance = `v-${crypto.randomUUID()}`, transport = 'auto' } = options
  mustHaveClient(options)
  mustBeWithin('maxStaleness', maxStaleness, [2, 3600, heartbeats])
  mustBeOneOf('whenStale', whenStale, policies)
  mustBeOneOf('transport', transport, ['auto', 'stream', 'poll'])
  if (typeof instance !== 'string' || !/^[A-Za-z0-9_.:-]{1,100}$/.test(instance)) {
    throw new TypeError('revocation.instance must be 1 to 100 characters of A-Z a-z 0-9 . _ : -')
  }
  return { maxStaleness, whenStale, instance, transport }
}

export function readLookupSettings({ lookupCache = 1, lookupTimeout = 2 }: LookupTiming): LookupSettings {
  mustBeWithin('lookupCache', lookupCache, [0, 60])
  mustBeWithin('lookupTimeout', lookupTimeout, [0.1, 60])
  return { cacheLifetime: lookupCache, timeout: lookupTimeout }
}

/** For the mode that asks: there is nobody else to ask. */
export function readLookupPolicy(options: LookupOptions): 'reject' | 'accept' {
  mustBeOptions('revocation', options, askingNames)
  mustHaveClient(options)
  const { whenStale = 'reject' } = options
  mustBeOneOf('whenStale', whenStale, ['reject', 'accept'])
  return whenStale
}

export function readStatusListSettings(options: StatusListOptions): StatusListSettings {
  mustBeOptions('revocation', options, { ...askingNames, maxStaleness: true })
  const hasClient = options.clientId !== undefined || options.clientSecret !== undefined
  const { maxStaleness = 300, whenStale = hasClient ? 'lookup' : 'reject' } = options
  mustBeServiceUrl(options.serviceUrl)
  mustBeWithin('maxStaleness', maxStaleness, [1, 86_400])
  mustBeOneOf('whenStale', whenStale, policies)
  if (hasClient || whenStale === 'lookup') mustHaveClient(options)
  return { maxStaleness, whenStale }
}

export function mustSayNothingElse(options: NoRevocationOptions): void {
  mustBeOptions('revocation', options, { mode: true })
}

function mustHaveClient(options: Partial<ServiceClient>): void {
  for (const name of ['clientId', 'clientSecret'] as const) {
    const value: unknown = options[name]
    if (typeof value !== 'string' || value === '') throw new TypeError(`revocation.${name} must be a text: the client that asks the issuer.`)
  }
  mustBeServiceUrl(options.serviceUrl)
}

export function isClient<Options extends Partial<ServiceClient>>(options: Options): options is Options & ServiceClient {
  return options.clientId !== undefined
}

function mustBeServiceUrl(serviceUrl: string | undefined): void {
  if (serviceUrl !== undefined && !isServiceUrl(serviceUrl)) {
    throw new TypeError('revocation.serviceUrl must be an https: URL, or http: on a loopback address, without query or fragment.')
  }
}

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash, username, password } = new URL(text)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  // A secret goes there: nobody on the way may read it.
  return (protocol === 'https:' || protocol === 'http:' && isLoopback) && search + hash + username + password === ''
}

function mustBeWithin(name: string, value: number, [least, most, why = '']: [least: number, most: number, why?: string]): void {
  if (typeof value === 'number' && value >= least && value <= most) return
  throw new TypeError(`revocation.${name} must be a number of seconds from ${least} to ${most}.${why}`)
}

function mustBeOneOf(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw new TypeError(`revocation.${name} must be one of ${choices.join(', ')}.`)
}
