import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Service } from '../compose.ts'
import { makeAccounts, readAccounts, type DemoAccounts } from './accounts.ts'
import { quote, renderWalk } from './walk.ts'

/**
 * Something to try at once: on the very first start of a development instance, a user and clients whose
 * credentials lie in the data folder. This folder makes ordinary accounts by the ordinary ways and knows
 * nothing of how they work; it is never called in production.
 */

/**
 * Makes the demo accounts where they are wanted. Returns what to print on the terminal: the credentials only
 * the first time, how to start the examples, and a walk to paste.
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
    // A file of an earlier release knows no such clients.
    ...(readAccounts(demoFile) === undefined ? [] : renderExamples(issuer, demoFile)),
    'To see it work, paste this into another terminal:', '', renderWalk({ issuer, demoFile }), ''
  ].join('\n')
}

function renderCredentials({ email, password, clientId, clientSecret }: DemoAccounts): string[] {
  return [
    'Made for you to try, and shown this once:', `  user    ${email}   password ${password}`,
    `  client  ${clientId}   secret ${clientSecret}`, ''
  ]
}

const root = path.resolve(import.meta.dirname, '../..')

/** What the examples assume need not be said. */
function renderExamples(issuer: string, demoFile: string): string[] {
  const where = issuer === 'http://127.0.0.1:3000' ? '' : `ISSUER=${quote(issuer)} `
  const secret = demoFile === path.join(root, 'data/demo.json') ? '' : `DEMO_FILE=${quote(demoFile)} `
  return [
    'To sign in to an application, start one of these in another terminal:',
    `  ${where}${secret}node examples/web-app/server.mjs`,
    `  ${where}node examples/single-page-app/server.mjs`,
    'and a service that they can call:',
    `  ${where}${secret}node examples/resource-server/server.mjs`, ''
  ]
}
