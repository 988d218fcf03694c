import { measureBareFastify } from '../limits.mjs'

/** Fetches of the public keys a second. */
export const jwks = {
  name: 'jwks',
  limitIs: 'a bare Fastify route with an answer of the same size',
  target: undefined,
  async measure({ url, load, folder }) {
    const run = { url: `${url}/.well-known/jwks.json`, connections: 32, seconds: 5 }
    const size = (await (await fetch(run.url)).arrayBuffer()).byteLength
    const limit = await measureBareFastify({ ...run, seconds: 4 }, size, { folder })
    return { value: (await load(run)).rate, unit: '1/s', limit }
  }
}
