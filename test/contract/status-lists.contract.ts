import type { Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { clientTagOf, grantNumberOf } from '../../src/protocol/identifiers.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores, type PostgresStores } from '../../src/stores/postgres/stores.ts'
import { act, addUser, randomId, redeemAnew, sampleGrant, sampleSignIn, signInAnew, times, type OpenStores } from './sample.ts'

async function addClient({ clients }: PostgresStores): Promise<string> {
  const id = randomId('client-')
  await clients.create({
    id, tag: clientTagOf(id), name: 'Shop', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [], audience: [], redirectUris: []
  }, 'admin')
  return id
}

/** Of these grants, those that the store says are dead. */
async function deadAmong({ statusLists }: PostgresStores, ...grantIds: string[]): Promise<boolean[]> {
  const numbers = grantIds.map(grantNumberOf)
  const ended = await statusLists.readEnded({ from: Math.min(...numbers), to: Math.max(...numbers) + 1 })
  return numbers.map(number => ended.numbers.includes(number))
}

export function statusListsContract(t: Test, open: OpenStores): void {
  const ends: Array<[string, (stores: PostgresStores, grant: Awaited<ReturnType<typeof signInAnew>>) => Promise<unknown>, boolean]> = [
    ['the end of its session', ({ sessions }, { sessionId }) => sessions.end(sessionId, act), false],
    ['the end of all that its user has', ({ users }, { userId }) => users.endEverything(userId, act), true],
    ['its disabled user', ({ users }, { userId }) => users.endEverything(userId, act, { disabled: true }), true],
    ['the end of all that its client has', ({ clients }, { clientId }) => clients.endEverything(clientId, act), true],
    ['its deleted client', ({ clients }, { clientId }) => clients.delete(clientId, act), true]
  ]
  for (const [name, end, alsoOffline] of ends) {
    t.test(`a grant is dead after ${name}, ${alsoOffline ? 'also where' : 'unless'} it outlives sessions`, async t => {
      const stores = await open()
      const clientId = await addClient(stores)
      const standing = await signInAnew(stores)
      const grant = await signInAnew(stores, sampleGrant({ clientId }))
      const offline = await redeemAnew(stores, grant, { offline: true, grant: sampleGrant({ clientId }) })
      t.strictSame(await deadAmong(stores, standing.id, grant.id, offline), [false, false, false])
      await end(stores, grant)
      t.strictSame(await deadAmong(stores, standing.id, grant.id, offline), [false, true, alsoOffline])
    })
  }

  t.test('a grant is dead after its own end, and no other', async t => {
    const stores = await open()
    const [grant, other] = [await signInAnew(stores), await signInAnew(stores)]
    await stores.grants.revoke(grant.id, act)
    t.strictSame(await deadAmong(stores, grant.id, other.id), [true, false])
  })

  t.test('a user who is enabled again has no grant of before', async t => {
    const stores = await open()
    const grant = await signInAnew(stores)
    for (const disabled of [true, false]) await stores.users.endEverything(grant.userId, act, { disabled })
    const again = (await stores.sessions.start(sampleSignIn(grant.userId)))!
    t.strictSame(await deadAmong(stores, grant.id, again.id), [true, false])
  })

  t.test('a new password ends the grants of all sessions but the one that changed it', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const [kept, other] = [(await stores.sessions.start(sampleSignIn(user.id)))!, (await stores.sessions.start(sampleSignIn(user.id)))!]
    await stores.users.changePassword({
      userId: user.id, oldHash: 'hash-1', newHash: 'hash-2', keptSessionId: kept.sessionId, actor: 'test'
    })
    t.strictSame(await deadAmong(stores, kept.id, other.id), [false, true])
  })

  t.test('a withdrawn consent ends the grants of its client', async t => {
    const stores = await open()
    const clientId = await addClient(stores)
    const own = await signInAnew(stores)
    await stores.consents.give({ userId: own.userId, clientId, items: ['read'] })
    const grants = await times(3, async place => redeemAnew(stores, own, { offline: place > 0, grant: sampleGrant({ clientId }) }))
    await stores.consents.withdraw(own.userId, clientId, act)
    t.strictSame(await deadAmong(stores, own.id, ...grants), [false, true, true, true])
  })

  t.test('a grant that has merely run its time is not dead', async t => {
    const stores = await open()
    const grant = await signInAnew(stores, sampleGrant({ absoluteLifetime: 0 }))
    t.equal((await stores.grants.find(grant.id))!.expired, true)
    t.strictSame(await deadAmong(stores, grant.id), [false])
  })

  t.test('what is read comes with the sequence that it stands for', async t => {
    const { statusLists, grants, journal, ...stores } = await open()
    const grant = await signInAnew({ statusLists, grants, journal, ...stores })
    const { seq } = (await grants.revoke(grant.id, act))!
    const read = await statusLists.readEnded({ from: grantNumberOf(grant.id), to: grantNumberOf(grant.id) + 1 })
    t.ok(read.head.seq >= seq)
    t.strictSame(read.numbers, [grantNumberOf(grant.id)])
  })

  t.test('every number is at most the highest, and in a list that is in use', async t => {
    const stores = await open()
    const number = grantNumberOf((await signInAnew(stores)).id)
    t.ok(await stores.statusLists.highestNumber() >= number)
    t.ok((await stores.statusLists.inUse(8)).includes(Math.floor(number / 8)))
    t.strictSame(await stores.statusLists.inUse(2 ** 40), [0])
  })

  t.test('a token is ended with its grant where an API of the grant has a status list, however often and often at once', async t => {
    const stores = await open()
    const [listed, plain] = [randomId('urn:listed:'), randomId('urn:plain:')]
    for (const identifier of [listed, plain]) {
      await stores.apis.create({ identifier, name: 'x', scopes: [], tokenLifetime: undefined, clients: [], statusList: identifier === listed }, 'admin')
    }
    const grant = await signInAnew(stores, sampleGrant({ audience: [plain, listed] }))
    const entries = await times(10, place => stores.journal.revokeToken(`${grant.id}.${String(place).repeat(12)}`, act))
    t.equal(new Set(entries.map(({ seq }) => seq)).size, 1)
    t.match(entries[0], { target: 'grant', value: grant.id, cutoff: undefined })
    t.strictSame(await deadAmong(stores, grant.id), [true])

    const other = await signInAnew(stores, sampleGrant({ audience: [plain] }))
    t.match(await stores.journal.revokeToken(`${other.id}.${'x'.repeat(12)}`, act), { target: 'token' })
    t.equal((await stores.grants.find(other.id))!.live, true)
    await stores.apis.change(plain, { statusList: true }, 'admin')
    t.match(await stores.journal.revokeToken(`${other.id}.${'y'.repeat(12)}`, act), { target: 'grant', value: other.id })
    t.match(await stores.journal.revokeToken(`c.${'A'.repeat(16)}.1.${'x'.repeat(12)}`, act), { target: 'token' })
  })
}

/** Rows that nothing in the service deletes, and the passing of time. */
export async function statusesOfTheDeleted(t: Test, database: Database): Promise<void> {
  const stores = createPostgresStores(database)
  const grant = await signInAnew(stores)
  const number = grantNumberOf(grant.id)
  await database.query.run(Prisma.sql`DELETE FROM users WHERE id = ${grant.userId}`)
  t.strictSame(await deadAmong(stores, grant.id), [true])
  await stores.statusLists.prune()
  t.strictSame(await deadAmong(stores, grant.id), [true], 'while a token may be alive')
  await database.query.run(Prisma.sql`
    UPDATE ended_numbers SET ends_at = now() - interval '1 second' WHERE number = ${number}::bigint`)
  t.ok(await stores.statusLists.prune() >= 1)
  t.strictSame(await deadAmong(stores, grant.id), [false])
}
