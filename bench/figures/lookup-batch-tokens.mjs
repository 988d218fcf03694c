import { availableParallelism } from 'node:os'
import { inBatches } from '../claims.mjs'
import { besideOpenssl } from '../limits.mjs'

const batchSize = 1000

/** Whole tokens a second, a thousand in a question: the service verifies each signature. */
export const lookupBatchTokens = {
  name: 'lookup_batch_tokens',
  limitIs: 'RSA-2048 verifications of OpenSSL on one core',
  target: { least: { value: 40_000 } },
  async measure({ url, load, accessTokens, authorization }) {
    const batches = inBatches(await accessTokens(4 * batchSize), batchSize)
    const run = {
      url: `${url}/revocations/lookup`, connections: 4, seconds: 6, contentType: 'application/json',
      bodies: batches.map(tokens => JSON.stringify({ tokens })), authorization: await authorization()
    }
    const { result, verifies } = await besideOpenssl(() => load(run))
    return { value: result.rate * batchSize, unit: 'tokens/s', limit: verifies / availableParallelism() }
  }
}
