import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashClientSecret, makeClientSecret } from '../clients/secret.ts'
import type { Service } from '../compose.ts'
import { clientTagOf } from '../protocol/identifiers.ts'
import { renderWalk } from './walk.ts'

/**
 * Something to try at once: on the very first start of a development instance, a user and a client whose
 * credentials lie in the data folder. This folder makes ordinary accounts by the ordinary ways and knows
 * nothing of how they work; it is never called in production.
 */

/** What `demo.json` holds. */
interface DemoAccounts {
  issuer: string
  email: string
  password: string
  clientId: string
  clientSecret: string
}

/**
 * Makes the demo accounts where they are wanted. Returns what to print on the terminal: the credentials only
 * the first time, and a walk to paste.
 */
export async function prepareDemo(service: Service): Promise<string> {
  const { issuer, dataDir } = service.config
  const demoFile = path.join(dataDir, 'demo.json')
  const hasUsers = (await service.stores.users.list({ limit: 1 })).length > 0
  const made = hasUsers || service.stores.kind !== 'embedded' ? undefined : await makeAccounts(service, demoFile)
  if (made === undefined && !existsSync(demoFile)) return `\nCountersign is ready: ${issuer}\n\n`
  return [
    '', `Countersign is ready: ${issuer}`, '', ...(made === undefined ? [] : renderCredentials(made)),
    `The demo user and the demo client are in ${demoFile}`, '',
    'To see it work, paste this into another terminal:', '', renderWalk({ issuer, demoFile }), ''
  ].join('\n')
}

/** The file comes first: an interrupted start goes on from it, with the same credentials. */
async function makeAccounts(service: Service, demoFile: string): Promise<DemoAccounts> {
  const accounts = readAccounts(demoFile) ?? inventAccounts(service)
  mkdirSync(path.dirname(demoFile), { recursive: true, mode: 0o700 })
  writeFileSync(demoFile, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 })
  await service.stores.clients.create({
    id: accounts.clientId,
    tag: clientTagOf(accounts.clientId),
    name: 'Demo service',
    secretHash: hashClientSecret(accounts.clientSecret),
    authMethods: ['client_secret_basic', 'client_secret_post'],
    grantTypes: ['client_credentials'],
    scopes: ['revocations:read'],
    audience: [],
    redirectUris: []
  }, 'countersign')
  const { email, password } = accounts
  await service.rooms.register({ email, password, name: 'Demo', actor: 'countersign' })
  await service.pulse.refresh()
  return accounts
}

function inventAccounts({ config, random }: Service): DemoAccounts {
  return {
    issuer: config.issuer,
    email: 'demo@example.com',
    password: random.bytes(12).toString('base64url'),
    clientId: 'demo-service',
    clientSecret: makeClientSecret(random)
  }
}

/** Undefined when there is no such file, or it is not what we wrote. */
function readAccounts(demoFile: string): DemoAccounts | undefined {
  try {
    const accounts = JSON.parse(readFileSync(demoFile, 'utf8')) as Partial<DemoAccounts>
    const { issuer, email, password, clientId, clientSecret } = accounts
    return issuer && email && password && clientId && clientSecret
      ? { issuer, email, password, clientId, clientSecret }
      : undefined
  } catch {
    return undefined
  }
}

function renderCredentials({ email, password, clientId, clientSecret }: DemoAccounts): string[] {
  return [
    'Made for you to try, and shown this once:', `  user    ${email}   password ${password}`,
    `  client  ${clientId}   secret ${clientSecret}`, ''
  ]
}
