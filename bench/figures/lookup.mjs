import { measureBareFastify } from '../limits.mjs'
import { claimsOf } from '../claims.mjs'

/** Questions a second about one token each, as a resource server asks them: with the claims that it has verified. */
export const lookup = {
  name: 'lookup',
  limitIs: 'a bare Fastify route with the same bodies',
  target: undefined,
  async measure({ url, load, folder, accessTokens, authorization }) {
    const tokens = await accessTokens(512)
    const run = {
      url: `${url}/revocations/lookup`, connections: 32, seconds: 6, contentType: 'application/json',
      bodies: tokens.map(token => JSON.stringify({ claims: [claimsOf(token)] })), authorization: await authorization()
    }
    const limit = await measureBareFastify({ ...run, seconds: 4 }, 40, { folder })
    const { rate } = await load(run)
    return { value: rate, unit: '1/s', limit }
  }
}
