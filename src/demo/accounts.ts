import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeClientSecret } from '../clients/secret.ts'
import type { Service } from '../compose.ts'
import { demoApi, demoClients } from './clients.ts'

/** What `demo.json` holds. */
export interface DemoAccounts {
  issuer: string
  email: string
  password: string
  clientId: string
  clientSecret: string
  /** Of the client that examples/web-app is. */
  webAppSecret: string
}

/** The file comes first: an interrupted start goes on from it, with the same credentials. */
export async function makeAccounts(service: Service, demoFile: string): Promise<DemoAccounts> {
  const { stores } = service
  const accounts = readAccounts(demoFile) ?? inventAccounts(service)
  mkdirSync(path.dirname(demoFile), { recursive: true, mode: 0o700 })
  writeFileSync(demoFile, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 })
  for (const client of demoClients(accounts)) await stores.clients.create(client, 'countersign')
  await stores.apis.create(demoApi, 'countersign')
  const { email, password } = accounts
  // The user last: as long as there is none, the next start goes on from here.
  await service.rooms.register({ email, password, name: 'Demo', actor: 'countersign' })
  await service.pulse.refresh()
  return accounts
}

/** Undefined when there is no such file, or it is not what we wrote. */
export function readAccounts(demoFile: string): DemoAccounts | undefined {
  try {
    const accounts = JSON.parse(readFileSync(demoFile, 'utf8')) as Partial<DemoAccounts>
    const { issuer, email, password, clientId, clientSecret, webAppSecret } = accounts
    return issuer && email && password && clientId && clientSecret && webAppSecret
      ? { issuer, email, password, clientId, clientSecret, webAppSecret }
      : undefined
  } catch {
    return undefined
  }
}

function inventAccounts({ config, random }: Service): DemoAccounts {
  return {
    issuer: config.issuer,
    email: 'demo@example.com',
    password: random.bytes(12).toString('base64url'),
    clientId: 'demo-service',
    clientSecret: makeClientSecret(random),
    webAppSecret: makeClientSecret(random)
  }
}
