import { besideOpenssl } from '../limits.mjs'
import { basicAuthorization } from '../seed.mjs'

/** ID tokens a second: refreshes at the token endpoint, each with a durable rotation, an access token and an ID token. */
export const idToken = {
  name: 'id_token',
  limitIs: 'half the RSA-2048 signatures of OpenSSL on all cores',
  target: undefined,
  async measure({ url, seed, load, openIdGrants }) {
    const run = {
      url: `${url}/oauth/token`, connections: 32, seconds: 8, authorization: basicAuthorization(seed.webClient)
    }
    await load({ ...run, seconds: 3, refreshTokens: await openIdGrants(256) })
    const refreshTokens = await openIdGrants(512)
    const { result, signs } = await besideOpenssl(() => load({ ...run, refreshTokens }))
    return { value: result.rate, unit: '1/s', limit: signs / 2 }
  }
}
