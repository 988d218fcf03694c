// What the service needs to know: whose tokens it takes, its own name, and a client with the scope revocations:read,
// as which it follows the revocations. What nobody has set is that of the demo client, which the first `npm start` registers.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const { env } = process
const port = Number(env.PORT ?? 4000)

export const settings = {
  port,
  issuer: env.ISSUER ?? 'http://127.0.0.1:3000',
  /** The name of this service, as tokens meant for it have it in `aud`. */
  audience: env.AUDIENCE ?? `http://127.0.0.1:${port}`,
  /** What becomes of a token while too little is known of revocations: `lookup`, `reject` or `accept`. */
  whenStale: env.WHEN_STALE ?? 'lookup',
  /** Whose pages may call it. */
  origin: env.ORIGIN ?? 'http://127.0.0.1:4002',
  ...readClient()
}

function readClient() {
  if (env.CLIENT_ID && env.CLIENT_SECRET) return { clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET }
  const file = env.DEMO_FILE ?? path.join(import.meta.dirname, '../../data/demo.json')
  try {
    const { clientId, clientSecret } = JSON.parse(readFileSync(file, 'utf8'))
    return { clientId, clientSecret }
  } catch {
    throw new Error(`There is no ${file}: run "npm start" first, or set CLIENT_ID and CLIENT_SECRET (see README.md)`)
  }
}
