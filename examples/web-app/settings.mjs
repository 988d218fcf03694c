// What the application needs to know of Countersign: the issuer's URL and its own client. What nobody has set is
// that of the demo client, which the first `npm start` registers.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const { env } = process
const port = Number(env.PORT ?? 4001)
const home = env.HOME_URL ?? `http://127.0.0.1:${port}/`

export const settings = {
  port,
  issuer: env.ISSUER ?? 'http://127.0.0.1:3000',
  clientId: env.CLIENT_ID ?? 'demo-web-app',
  clientSecret: env.CLIENT_SECRET ?? readDemoSecret(),
  /** Where users come back to after signing in, and after signing out: both are registered with the client. */
  redirectUri: new URL('callback', home).href,
  home
}

function readDemoSecret() {
  const file = env.DEMO_FILE ?? path.join(import.meta.dirname, '../../data/demo.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')).webAppSecret
  } catch {
    throw new Error(`There is no ${file}: run "npm start" first, or set CLIENT_ID and CLIENT_SECRET (see README.md)`)
  }
}
