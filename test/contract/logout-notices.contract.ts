import type { Test } from 'tap'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import type { LogoutNotice } from '../../src/stores/logout-notices.ts'
import type { PostgresStores } from '../../src/stores/postgres/stores.ts'
import type { Redemption } from '../../src/stores/grants.ts'
import {
  act, addUser, randomId, sampleGrant, sampleRedemption, sampleSignIn, signInAnew, times, type OpenStores
} from './sample.ts'

const uri = 'https://rp.example.com/logout?tenant=1'
const later = [60]

async function addClient(stores: PostgresStores, backchannelLogoutUri?: string): Promise<string> {
  const id = randomId('rp-')
  await stores.clients.create({
    id, tag: clientTagOf(id), name: 'Relying party', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [],
    audience: [], redirectUris: [], ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri })
  }, 'admin')
  return id
}

type Signed = Pick<Redemption, 'userId' | 'sessionId'>

/** Becomes one of the clients of a session. */
async function join(
  stores: PostgresStores, session: Signed, { clientId, ...changes }: Partial<Redemption> & { clientId: string }
): Promise<void> {
  const redemption = await sampleRedemption(stores, session, { grant: sampleGrant({ clientId }), ...changes })
  const outcome = await stores.grants.redeem(redemption)
  if (outcome !== 'redeemed') throw new Error(outcome)
}

/** All that is due for these clients; the others' too, which nobody else here wants. */
async function claimFor({ logoutNotices }: PostgresStores, clientIds: string[], delays = later): Promise<LogoutNotice[]> {
  const claimed = await logoutNotices.claim({ limit: 1000, except: [], delays })
  return claimed.filter(({ clientId }) => clientIds.includes(clientId))
}

/** Who is told of what, in one order. */
const told = (notices: LogoutNotice[]) =>
  notices.map(({ clientId, sessionId, subject }) => [clientId, sessionId, subject].join(' ')).toSorted()

/** What every LogoutNoticeStore must do, and what ends must queue. */
export function logoutNoticesContract(t: Test, open: OpenStores): void {
  queueing(t, open)
  claiming(t, open)
}

function queueing(t: Test, open: OpenStores): void {
  t.test('the end of a session is queued once for each client and subject in it that wants to hear of it', async t => {
    const stores = await open()
    const [one, other, deaf] = [await addClient(stores, uri), await addClient(stores, uri), await addClient(stores)]
    const session = await signInAnew(stores)
    for (const clientId of [one, one, deaf]) await join(stores, session, { clientId })
    await join(stores, session, { clientId: other, subject: 'pws_of-other' })
    await join(stores, session, { clientId: other, offline: true })
    const elsewhere = (await stores.sessions.start(sampleSignIn(session.userId)))!
    await join(stores, elsewhere, { clientId: one })
    await times(10, () => stores.sessions.end(session.sessionId, act))
    t.same(await stores.sessions.end('ses_none', act), undefined)
    const notices = await claimFor(stores, [one, other, deaf])
    t.strictSame(told(notices), [
      [one, session.sessionId, session.userId], [other, session.sessionId, 'pws_of-other'],
      [other, session.sessionId, session.userId]
    ].map(parts => parts.join(' ')).toSorted())
    t.match(notices, notices.map(() => ({ id: Number, uri, attempts: 1 })))
  })

  t.test('a grant that was revoked, or has run its time, still says who takes part in the session', async t => {
    const stores = await open()
    const [one, other] = [await addClient(stores, uri), await addClient(stores, uri)]
    const session = await signInAnew(stores)
    const revoked = await sampleRedemption(stores, session, { grant: sampleGrant({ clientId: one }) })
    await stores.grants.redeem(revoked)
    await stores.grants.revoke((await stores.grants.findSpent(revoked.origin))!.grantId, act)
    await join(stores, session, { clientId: other, grant: sampleGrant({ clientId: other, absoluteLifetime: 0 }) })
    await stores.sessions.end(session.sessionId, act)
    t.strictSame((await claimFor(stores, [one, other])).length, 2)
  })

  t.test('the end of everything of a user is queued for each of the live sessions, and only once', async t => {
    const stores = await open()
    const clientId = await addClient(stores, uri)
    const user = await addUser(stores)
    const begin = async (absoluteLifetime = 3600) => {
      const session = (await stores.sessions.start(sampleSignIn(user.id, { grant: sampleGrant({ absoluteLifetime }) })))!
      if (absoluteLifetime > 0) await join(stores, session, { clientId })
      return session
    }
    const [first, second, ended] = [await begin(), await begin(), await begin()]
    await begin(0)
    await join(stores, await signInAnew(stores), { clientId })
    await stores.sessions.end(ended.sessionId, act)
    t.strictSame((await claimFor(stores, [clientId])).map(({ sessionId }) => sessionId), [ended.sessionId])
    await stores.users.endEverything(user.id, act)
    const notices = await claimFor(stores, [clientId])
    t.strictSame(notices.map(({ sessionId }) => sessionId).toSorted(), [first, second].map(({ sessionId }) => sessionId).toSorted())
    await stores.users.endEverything(user.id, act)
    t.strictSame(await claimFor(stores, [clientId]), [], 'they are dead already')
    const third = await begin()
    await stores.users.endEverything(user.id, act, { disabled: true })
    t.strictSame((await claimFor(stores, [clientId])).map(({ sessionId }) => sessionId), [third.sessionId])
  })

  t.test('a new password queues the end of every other session, and of none that was dead before', async t => {
    const stores = await open()
    const clientId = await addClient(stores, uri)
    const user = await addUser(stores)
    const begin = async () => {
      const session = (await stores.sessions.start(sampleSignIn(user.id)))!
      await join(stores, session, { clientId })
      return session
    }
    await begin()
    await stores.users.endEverything(user.id, act)
    await claimFor(stores, [clientId])
    const [kept, ended] = [await begin(), await begin()]
    const change = { userId: user.id, oldHash: 'hash-1', newHash: 'hash-2', keptSessionId: kept.sessionId, actor: 'admin' }
    t.ok(await stores.users.changePassword(change))
    t.strictSame((await claimFor(stores, [clientId])).map(({ sessionId }) => sessionId), [ended.sessionId])
    t.equal(await stores.users.changePassword(change), undefined)
    t.strictSame(await claimFor(stores, [clientId]), [])
  })

  t.test('neither the end of a grant, nor of a client, nor an entry that names a pairwise subject queues anything', async t => {
    const stores = await open()
    const clientId = await addClient(stores, uri)
    const session = await signInAnew(stores)
    await join(stores, session, { clientId, subject: 'pws_x' })
    await stores.users.endEverything('pws_x', act)
    await stores.clients.endEverything(clientId, act)
    await stores.grants.revoke(session.id, act)
    t.strictSame(await claimFor(stores, [clientId]), [])
    await stores.sessions.end(session.sessionId, act)
    await stores.clients.delete(clientId, act)
    t.strictSame(await claimFor(stores, [clientId]), [], 'a client that is deleted takes its notices with it')
  })

  t.test('sessions and a client that end at the same moment wait for each other and all end', async t => {
    const stores = await open()
    for (let round = 0; round < 10; round++) {
      const clientId = await addClient(stores, uri)
      const sessions = await times(4, () => signInAnew(stores))
      for (const session of sessions) await join(stores, session, { clientId })
      const ends = await Promise.all([
        ...sessions.slice(0, 2).map(({ sessionId }) => stores.sessions.end(sessionId, act)),
        stores.clients.delete(clientId, act),
        ...sessions.slice(2).map(({ userId }) => stores.users.endEverything(userId, act))
      ])
      t.equal(ends.filter(Boolean).length, 5)
      t.strictSame(await claimFor(stores, [clientId]), [])
    }
  })
}

function claiming(t: Test, open: OpenStores): void {
  const queue = async (stores: PostgresStores, count: number) => {
    const clientId = await addClient(stores, uri)
    await times(count, async () => {
      const session = await signInAnew(stores)
      await join(stores, session, { clientId })
      await stores.sessions.end(session.sessionId, act)
    })
    return clientId
  }

  t.test('of 100 claims at once each notice goes to one', async t => {
    const stores = await open()
    const clientId = await queue(stores, 40)
    const claims = await times(100, () => stores.logoutNotices.claim({ limit: 1, except: [], delays: later }))
    // A claim may pass over a row that another is just taking, and come back empty: then it is asked again.
    const rest = await claimFor(stores, [clientId])
    const ids = [...claims.flat(), ...rest].filter(notice => notice.clientId === clientId).map(({ id }) => id)
    t.equal(ids.length, 40)
    t.equal(new Set(ids).size, 40)
  })

  t.test('a claimed notice comes again after its delay, unless it is settled', async t => {
    const stores = await open()
    const clientId = await queue(stores, 2)
    const [settled, kept] = await claimFor(stores, [clientId], [0, 0, 60]) as [LogoutNotice, LogoutNotice]
    for (let twice = 0; twice < 2; twice++) await stores.logoutNotices.settle(settled.id)
    t.match(await claimFor(stores, [clientId], [0, 0, 60]), [{ id: kept.id, attempts: 2 }])
    t.match(await claimFor(stores, [clientId], [0, 0, 60]), [{ id: kept.id, attempts: 3 }])
    t.strictSame(await claimFor(stores, [clientId]), [], 'now it has a minute')
  })

  t.test('after the last delay each further claim has the same', async t => {
    const stores = await open()
    const clientId = await queue(stores, 1)
    for (let attempts = 1; attempts < 4; attempts++) t.match(await claimFor(stores, [clientId], [0, 0]), [{ attempts }])
  })

  t.test('a claim takes no more than its limit, those that fell due first, and spares the clients it names', async t => {
    const stores = await open()
    await claimFor(stores, [])
    const [one, other] = [await queue(stores, 3), await queue(stores, 3)]
    const claim = (limit: number, except: string[]) => stores.logoutNotices.claim({ limit, except, delays: later })
    const first = await claim(2, [])
    t.strictSame(first.map(({ clientId }) => clientId), [one, one])
    t.strictSame((await claim(10, [one])).map(({ clientId }) => clientId), [other, other, other])
    t.strictSame((await claim(10, [])).map(({ clientId }) => clientId), [one])
  })

  t.test('what is given up is gone and stands in the audit trail, once', async t => {
    const stores = await open()
    const clientId = await queue(stores, 1)
    const [notice] = await claimFor(stores, [clientId], [0]) as [LogoutNotice]
    for (let twice = 0; twice < 2; twice++) await stores.logoutNotices.giveUp(notice.id)
    t.strictSame(await claimFor(stores, [clientId]), [])
    const events = await stores.audit.list({ limit: 10, subject: clientId })
    t.match(events.filter(({ kind }) => kind === 'logout-notice/given-up'), [
      { actor: 'countersign', details: { session: notice.sessionId, attempts: 1 } }
    ])
    t.equal(events.filter(({ kind }) => kind === 'logout-notice/given-up').length, 1)
  })
}
