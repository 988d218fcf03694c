import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { ConfigError, readConfig } from '../src/config.ts'

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

const production = { NODE_ENV: 'production', ISSUER: 'https://id.example.com' }
const databases = { DATABASE_URL: 'postgresql://user:pw@db:5432/countersign', REDIS_URL: 'redis://cache:6379' }

t.test('nothing needs to be set in development', async t => {
  const config = readConfig({})
  t.match(config, {
    issuer: 'http://127.0.0.1:3000', host: '127.0.0.1', port: 3000, adminHost: '127.0.0.1', production: false, registration: 'open',
    accessTokenLifetime: 600, refreshGrace: 10, firstPartyOrigins: ['http://127.0.0.1:3000'], firstPartyAudiences: [], trustProxy: []
  })
  t.equal(config.masterKeyFile, path.join(config.keysDir, 'master.key'))
  t.ok(Object.isFrozen(config))
  t.equal(readConfig({ PORT: '4000' }).issuer, 'http://127.0.0.1:4000')
  t.equal(readConfig({ PORT: '' }).port, 3000, 'empty is unset')
})

t.test('every fault is reported at once, with the name and what would be right', async t => {
  const faults = faultsOf({
    PORT: 'http', ISSUER: 'https://id.example.com/', ACCESS_TOKEN_LIFETIME: '5', REGISTRATION: 'maybe', FIRST_PARTY_ORIGINS: 'app.example.com',
    TRUST_PROXY: 'everyone', LOG_LEVEL: 'loud', REDIS_URL: 'http://x', REFRESH_TOKEN_LIFETIME: '1.5'
  })
  const names = ['PORT', 'ISSUER', 'ACCESS_TOKEN_LIFETIME', 'REGISTRATION', 'FIRST_PARTY_ORIGINS', 'TRUST_PROXY', 'LOG_LEVEL', 'REDIS_URL', 'REFRESH_TOKEN_LIFETIME']
  for (const name of names) t.match(faults.find(fault => fault.startsWith(`${name} `)), /must be /, name)
  t.equal(faults.length, names.length)
  t.match(new ConfigError(faults).message, /ISSUER[^]*PORT[^]*LOG_LEVEL/)
})

t.test('an issuer is a plain URL', async t => {
  for (const issuer of ['https://id.example.com', 'https://id.example.com:8443/eu/west', 'http://[::1]:3000']) {
    t.equal(readConfig({ ISSUER: issuer }).issuer, issuer)
  }
  for (const issuer of ['id.example.com', 'https://id.example.com/', 'https://id.example.com?x', 'https://id.example.com#x', 'ftp://x', 'HTTPS://ID.EXAMPLE.COM',
    'https://user@id.example.com', 'https://id.example.com/a/']) t.equal(faultsOf({ ISSUER: issuer }).length, 1, issuer)
})

t.test('production refuses what only development may do', async t => {
  t.match(readConfig(production), { production: true, registration: 'closed' })
  t.match(readConfig({ ...databases, ISSUER: 'https://id.example.com' }), { production: true })
  const rules: Array<[Record<string, string>, RegExp]> = [
    [{ ...production, ISSUER: 'http://id.example.com' }, /^ISSUER .*https/],
    [{ DATABASE_URL: databases.DATABASE_URL, ISSUER: 'https://id.example.com' }, /^DATABASE_URL is set without REDIS_URL/],
    [{ REDIS_URL: databases.REDIS_URL }, /^REDIS_URL is set without DATABASE_URL/],
    [{ ...production, REFRESH_GRACE: '61' }, /^REFRESH_GRACE .*60/],
    [{ REFRESH_TOKEN_LIFETIME: '600', REFRESH_ABSOLUTE_LIFETIME: '60' }, /^REFRESH_TOKEN_LIFETIME must not be longer/]
  ]
  for (const [environment, fault] of rules) t.match(faultsOf(environment), [fault])
  for (const issuer of ['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]']) t.strictSame(faultsOf({ ...production, ISSUER: issuer }), [])
  t.strictSame(faultsOf({ ...production, REFRESH_GRACE: '60' }), [])
  t.strictSame(faultsOf({ REFRESH_GRACE: '61' }), [], 'development may')
  t.equal(faultsOf({ ...production, ISSUER: 'http://id.example.com', REFRESH_GRACE: '61' }).length, 2)
})

t.test('a secret may come from a file, and is never said aloud', async t => {
  const folder = t.testdir()
  const file = path.join(folder, 'url')
  writeFileSync(file, `${databases.DATABASE_URL}\n`)
  const rest = { REDIS_URL: databases.REDIS_URL, ISSUER: 'https://id.example.com' }
  t.equal(readConfig({ ...rest, DATABASE_URL_FILE: file }).databaseUrl, databases.DATABASE_URL)
  t.match(faultsOf({ ...rest, DATABASE_URL_FILE: path.join(folder, 'none') }).join(), /DATABASE_URL_FILE names a file that cannot be read/)
  t.match(faultsOf({ ...rest, ...databases, DATABASE_URL_FILE: file }), [/both set/])
  const leaky = faultsOf({ ...rest, DATABASE_URL: 'mysql://user:sesame@db/x', ADMIN_TOKEN: 'sesame' })
  t.equal(leaky.length >= 2, true)
  t.notMatch(leaky.join(), /sesame/)
})

t.test('a network that outbound requests may reach has an address and a length', async t => {
  const { outboundPrivateNetworks } = readConfig({ OUTBOUND_PRIVATE_NETWORKS: '10.0.0.0/8, fd00::/8 127.0.0.1/32' })
  t.strictSame(outboundPrivateNetworks, ['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32'])
  t.strictSame(readConfig({}).outboundPrivateNetworks, [])
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'localhost', '*', '10.0.0.0/8 all']) {
    t.match(faultsOf({ OUTBOUND_PRIVATE_NETWORKS: wrong }), [/^OUTBOUND_PRIVATE_NETWORKS .* must be networks/], wrong)
  }
})

t.test('client registration by token needs the token, long enough to be one', async t => {
  const initialAccessToken = 'initial-access-token-of-this-test-only'
  t.throws(() => readConfig({ CLIENT_REGISTRATION: 'token' }), /without INITIAL_ACCESS_TOKEN/)
  t.throws(() => readConfig({ CLIENT_REGISTRATION: 'token', INITIAL_ACCESS_TOKEN: 'short' }), /INITIAL_ACCESS_TOKEN must be at least 32/)
  t.throws(() => readConfig({ CLIENT_REGISTRATION: 'yes' }), /off or token or open/)
  t.match(readConfig({ CLIENT_REGISTRATION: 'token', INITIAL_ACCESS_TOKEN: initialAccessToken }), { clientRegistration: 'token', initialAccessToken })
  t.match(readConfig({}), { clientRegistration: 'off', initialAccessToken: undefined })
})
