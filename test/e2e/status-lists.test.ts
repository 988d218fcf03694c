import t from 'tap'
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import type { Instance } from '../support/instance.ts'
import { readStatus, statusOf, verifyList } from '../support/status-lists.ts'
import { until } from '../support/until.ts'
import { claimsOf } from '../support/users.ts'
import { call, refresh, serviceToken, signIn, signOut, signOutEverywhere } from './caller.ts'
import { composeInstance, kidsOf } from './composed.ts'
import { setStage, skip } from './stage.ts'

/** What ends at one instance is in the lists of the other, whether Redis is there or not. */

const api = 'https://orders.example'

const act = { reason: 'test', actor: 'test' }

const kidOf = (jwt: string): string => decodeProtectedHeader(jwt).kid!

const keysOf = async (instance: Instance): Promise<JSONWebKeySet> =>
  (await call(instance, '/.well-known/jwks.json')).body as unknown as JSONWebKeySet

const fetchList = (instance: Instance, uri: string): Promise<Response> =>
  fetch(instance.url + new URL(uri).pathname, { headers: { accept: 'application/statuslist+jwt' } })

/** As another instance tells it; verified by the keys that it has now, unless the reader has some. */
async function askStatus(instance: Instance, accessToken: string, known?: JSONWebKeySet): Promise<number | undefined> {
  const { uri, idx } = statusOf(accessToken)
  const list = await fetchList(instance, uri)
  if (list.status !== 200) throw new Error(`the list was answered ${list.status}`)
  const { payload } = await verifyList(await list.text(), { keys: known ?? await keysOf(instance), uri })
  return readStatus(payload, idx)
}

t.test('status lists of two instances', { skip }, async t => {
  const stage = await setStage(t)
  const { client, redis, stores } = stage
  await stores.apis.create({ identifier: api, name: 'Orders', scopes: [], tokenLifetime: undefined, clients: [], statusList: true }, 'admin')
  const [one, other] = await stage.startTwo({ FIRST_PARTY_AUDIENCES: api })
  const operator = await composeInstance(t, stage, {})
  await operator.start()
  const user = await stage.addUser()

  async function endsEverywhere(): Promise<void> {
    const standing = await signIn(one, await stage.addUser())
    const [out, revoked, everywhere] = [await signIn(one, user), await signIn(other, user), await signIn(other, user)]
    const ask = () => Promise.all([standing, out, revoked, everywhere].map(({ accessToken }) => askStatus(other, accessToken)))
    t.strictSame(await ask(), [0, 0, 0, 0])
    await signOut(one, out.refreshToken)
    t.strictSame(await ask(), [0, 1, 0, 0], 'signed out')
    const bearer = await serviceToken(one, client)
    const jti = String(claimsOf(revoked.accessToken)['jti'])
    t.equal((await call(one, '/revocations', { bearer, json: { target: 'token', value: jti, reason: 'test' } })).status, 201)
    t.strictSame(await ask(), [0, 1, 1, 0], 'its token revoked')
    await signOutEverywhere(one, everywhere.refreshToken)
    t.strictSame(await ask(), [0, 1, 1, 1], 'signed out everywhere')
  }

  async function endsWithItsKey(): Promise<void> {
    const before = await signIn(one, user)
    const kid = kidOf(before.accessToken)
    // A reader of lists who asks for keys no more: it has those that will sign next.
    const keys = await keysOf(other)
    const ask = (...tokens: string[]) =>
      Promise.all([one, other].flatMap(instance => tokens.map(token => askStatus(instance, token, keys))))
    t.strictSame(await ask(before.accessToken), [0, 0])
    await operator.rooms.revoker.revoke('key', kid, act)
    t.strictSame(await ask(before.accessToken), [1, 1], 'at once')
    await operator.rotation.tend()
    await until('the next key signs', async () => !kidsOf(await keysOf(one)).includes(kid))
    const after = await refresh(one, before.refreshToken)
    t.not(kidOf(after.accessToken), kid)
    t.equal(claimsOf(after.accessToken)['grant_id'], claimsOf(before.accessToken)['grant_id'])
    t.strictSame(await ask(before.accessToken, after.accessToken), [1, 0, 1, 0], 'a token of the same grant under the next key is good')
    await until('the other has read the keys, too', async () => !kidsOf(await keysOf(other)).includes(kid))
    for (const instance of [one, other]) {
      const named = (await call(instance, '/status-lists')).body['status_lists'] as string[]
      t.ok([before, after].every(({ accessToken }) => named.includes(statusOf(accessToken).uri)))
      for (const uri of named) t.equal((await fetchList(instance, uri)).status, 200)
      const invented = statusOf(after.accessToken).uri.replace(kidOf(after.accessToken), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
      t.equal((await fetchList(instance, invented)).status, 404)
    }
  }

  await t.test('the other instance knows at once', endsEverywhere)
  await t.test('a key removed as compromised is in the lists of both at once', endsWithItsKey)
  await t.test('and also while Redis is away', async () => {
    await redis.kill()
    await endsEverywhere()
    await endsWithItsKey()
  })
})
