import { besideOpenssl } from '../limits.mjs'
import { basicAuthorization } from '../seed.mjs'

/** Access tokens for services a second: one signature each, no database. */
export const clientCredentials = {
  name: 'client_credentials',
  limitIs: 'RSA-2048 signatures of OpenSSL on all cores',
  target: { least: { ratio: 0.65 } },
  async measure({ url, seed, load }) {
    const run = {
      url: `${url}/oauth/token`, connections: 32, seconds: 8, bodies: ['grant_type=client_credentials'],
      contentType: 'application/x-www-form-urlencoded', authorization: basicAuthorization(seed.client)
    }
    await load({ ...run, seconds: 3 })
    const { result, signs } = await besideOpenssl(() => load(run))
    return { value: result.rate, unit: '1/s', limit: signs }
  }
}
