/**
 * How slow the slowest of a hundred refreshes gets while sign-ins flood in, beside its quiet value. Refreshes at a pace
 * that the cores hold without waiting; sign-ins as many as the service takes, more are refused.
 */
export const refreshUnderFlood = {
  name: 'refresh_p99_under_flood',
  limitIs: 'the same without the flood',
  target: { most: { ratio: 3 } },
  async measure({ url, seed: { users, password }, load, signIns }) {
    const measureRefresh = async () => {
      const run = { url: `${url}/api/auth/refresh`, connections: 4, seconds: 6, refreshTokens: await signIns(512) }
      return (await load(run)).p99
    }
    const bodies = users.map(email => JSON.stringify({ email, password }))
    const flood = () => load({
      url: `${url}/api/auth/login`, connections: 48, seconds: 10, bodies, contentType: 'application/json'
    }, { mayRefuse: true })

    const quietBefore = await measureRefresh()
    const refreshTokens = await signIns(512)
    const flooding = flood()
    const { p99 } = await load({ url: `${url}/api/auth/refresh`, connections: 4, seconds: 6, refreshTokens })
    await flooding
    return { value: p99, unit: 'ms', limit: (quietBefore + await measureRefresh()) / 2 }
  }
}
