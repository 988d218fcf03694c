import { besideOpenssl } from '../limits.mjs'

/** Refreshes a second over many grants: one durable rotation in PostgreSQL and one signature each. */
export const refresh = {
  name: 'refresh',
  limitIs: 'RSA-2048 signatures of OpenSSL on all cores',
  target: { least: { ratio: 0.28 } },
  async measure({ url, load, signIns }) {
    const run = { url: `${url}/api/auth/refresh`, connections: 32, seconds: 8 }
    await load({ ...run, seconds: 3, refreshTokens: await signIns(512) })
    const refreshTokens = await signIns(768)
    const { result, signs } = await besideOpenssl(() => load({ ...run, refreshTokens }))
    return { value: result.rate, unit: '1/s', limit: signs }
  }
}
