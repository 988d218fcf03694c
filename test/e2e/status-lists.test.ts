import t from 'tap'
import type { JSONWebKeySet } from 'jose'
import type { Instance } from '../support/instance.ts'
import { readStatus, statusOf, verifyList } from '../support/status-lists.ts'
import { claimsOf } from '../support/users.ts'
import { call, serviceToken, signIn, signOut, signOutEverywhere } from './caller.ts'
import { setStage, skip } from './stage.ts'

/** What ends at one instance is in the lists of the other, whether Redis is there or not. */

const api = 'https://orders.example'

/** As another instance tells it. */
async function askStatus(instance: Instance, accessToken: string): Promise<number | undefined> {
  const { uri, idx } = statusOf(accessToken)
  const [list, keys] = await Promise.all([
    fetch(instance.url + new URL(uri).pathname, { headers: { accept: 'application/statuslist+jwt' } }),
    call(instance, '/.well-known/jwks.json')
  ])
  if (list.status !== 200) throw new Error(`the list was answered ${list.status}`)
  const { payload } = await verifyList(await list.text(), { keys: keys.body as unknown as JSONWebKeySet, uri })
  return readStatus(payload, idx)
}

t.test('status lists of two instances', { skip }, async t => {
  const stage = await setStage(t)
  const { client, redis, stores } = stage
  await stores.apis.create({ identifier: api, name: 'Orders', scopes: [], tokenLifetime: undefined, clients: [], statusList: true }, 'admin')
  const [one, other] = await stage.startTwo({ FIRST_PARTY_AUDIENCES: api })
  const bearer = await serviceToken(one, client)
  const user = await stage.addUser()

  async function endsEverywhere(): Promise<void> {
    const standing = await signIn(one, await stage.addUser())
    const [out, revoked, everywhere] = [await signIn(one, user), await signIn(other, user), await signIn(other, user)]
    const ask = () => Promise.all([standing, out, revoked, everywhere].map(({ accessToken }) => askStatus(other, accessToken)))
    t.strictSame(await ask(), [0, 0, 0, 0])
    await signOut(one, out.refreshToken)
    t.strictSame(await ask(), [0, 1, 0, 0], 'signed out')
    const jti = String(claimsOf(revoked.accessToken)['jti'])
    t.equal((await call(one, '/revocations', { bearer, json: { target: 'token', value: jti, reason: 'test' } })).status, 201)
    t.strictSame(await ask(), [0, 1, 1, 0], 'its token revoked')
    await signOutEverywhere(one, everywhere.refreshToken)
    t.strictSame(await ask(), [0, 1, 1, 1], 'signed out everywhere')
  }

  await t.test('the other instance knows at once', endsEverywhere)
  await t.test('and also while Redis is away', async () => {
    await redis.kill()
    await endsEverywhere()
  })
})
