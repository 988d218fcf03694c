import path from 'node:path'
import { findFreePort } from '../free-port.mjs'
import { startNode } from '../node-process.mjs'
import { timed } from './print.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const example = path.join('examples', 'resource-server', 'server.mjs')

/**
 * The example resource server, once it follows the revocations.
 * @param policy what it does while its view of them is too old
 * @returns { policy, call(token), readHealth() }
 */
export async function startOrders({ environment, running }, { issuer, client, policy, title }) {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const readHealth = async () => (await fetch(`${url}/healthz`)).json()
  const program = await timed(title, () => startNode([path.join(root, example)], {
    env: {
      ...environment, ISSUER: issuer, AUDIENCE: 'orders', PORT: String(port), WHEN_STALE: policy,
      CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret
    },
    isReady: async output => output.includes('Listening at') && (await readHealth()).ready
  }), () => example)
  running.push(program)
  return { policy, readHealth, call: token => fetch(`${url}/orders`, { headers: { authorization: `Bearer ${token}` } }) }
}
