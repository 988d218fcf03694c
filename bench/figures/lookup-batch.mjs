import { claimsOf, inBatches } from '../claims.mjs'
import { measureBareFastify } from '../limits.mjs'

const batchSize = 1000

/** Claims a second, a thousand in a question. */
export const lookupBatch = {
  name: 'lookup_batch',
  limitIs: 'claims through a bare Fastify route with the same bodies',
  target: { least: { value: 100_000 } },
  async measure({ url, load, folder, accessTokens, authorization }) {
    const batches = inBatches(await accessTokens(4 * batchSize), batchSize)
    const run = {
      url: `${url}/revocations/lookup`, connections: 4, seconds: 6, contentType: 'application/json',
      bodies: batches.map(tokens => JSON.stringify({ claims: tokens.map(claimsOf) })), authorization: await authorization()
    }
    const limit = await measureBareFastify({ ...run, seconds: 4 }, 18 * batchSize, { folder })
    const { rate } = await load(run)
    return { value: rate * batchSize, unit: 'claims/s', limit: limit * batchSize }
  }
}
