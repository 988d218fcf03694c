import { measureBareFastify } from '../limits.mjs'

/** Fetches of the discovery document a second. */
export const discovery = {
  name: 'discovery',
  limitIs: 'a bare Fastify route with an answer of the same size',
  target: undefined,
  async measure({ url, load, folder }) {
    const run = { url: `${url}/.well-known/openid-configuration`, connections: 32, seconds: 5 }
    const size = (await (await fetch(run.url)).arrayBuffer()).byteLength
    const limit = await measureBareFastify({ ...run, seconds: 4 }, size, { folder })
    return { value: (await load(run)).rate, unit: '1/s', limit }
  }
}
