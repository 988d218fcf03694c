import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { ClientChange } from '../../src/stores/client-changes.ts'
import type { ClientTerms } from '../../src/stores/clients.ts'
import { sampleClient } from './clients.contract.ts'
import { isLive, randomId, sampleGrant, signInAnew, times, type OpenStores } from './sample.ts'

const anew: ClientTerms = {
  name: 'Anew', authMethods: ['client_secret_post'], grantTypes: ['authorization_code'], scopes: ['orders:write'], audience: ['https://anew.example'],
  redirectUris: ['https://anew.example/cb'], postLogoutRedirectUris: ['https://anew.example/bye'],
  backchannelLogoutUri: 'https://anew.example/logout', profile: { jwks: { keys: [{ kty: 'EC', kid: '1' }] }, clientUri: 'https://anew.example/' }
}

export function clientChangesContract(t: Test, open: OpenStores): void {
  /** A client, and a change of it. */
  async function arrange(changes: Partial<ClientChange> = {}) {
    const stores = await open()
    const { name, authMethods, grantTypes, scopes, audience, redirectUris, ...rest } = sampleClient()
    const before: ClientTerms = {
      name, authMethods, grantTypes, scopes, audience, redirectUris, postLogoutRedirectUris: [], backchannelLogoutUri: undefined,
      profile: { logoUri: 'https://old.example/logo', contacts: ['ops@old.example'] }
    }
    await stores.clients.create({ ...rest, ...before }, 'admin')
    const change: ClientChange = {
      clientId: rest.id, before, after: anew, secretHash: 'keep', endReason: undefined, actor: 'admin', ...changes
    }
    return { ...stores, stores, change, read: async () => (await stores.clients.find(rest.id))! }
  }

  t.test('a client is changed as a whole: counted, noted with what it was and is, and nothing of it ends', async t => {
    const { clientChanges, state, audit, journal, change, read } = await arrange()
    const [client, { clientsVersion }, head] = [await read(), await state.read(), await journal.head()]
    t.same(await clientChanges.change(change), { entry: undefined })
    t.same(await read(), { ...client, ...anew }, 'its id, secret, number and age are what they were')
    t.ok((await state.read()).clientsVersion > clientsVersion)
    t.same(await journal.head(), head)
    const [noted] = await audit.list({ limit: 1, subject: client.id })
    t.match(noted, { kind: 'client/changed', actor: 'admin' })
    t.strictSame(noted!.details, JSON.parse(JSON.stringify({
      before: { ...change.before, profile: undefined, ...change.before.profile },
      after: { ...anew, profile: undefined, ...anew.profile }
    })))
    t.same(await clientChanges.change({ ...change, before: anew, after: { ...anew, name: 'Again' } }), { entry: undefined })
    t.strictSame((await audit.list({ limit: 1, subject: client.id }))[0]!.details, { before: { name: 'Anew' }, after: { name: 'Again' } })
  })

  t.test('what was decided on another client than there is changes nothing', async t => {
    const { clientChanges, audit, change, read } = await arrange()
    const client = await read()
    const others: Array<Partial<ClientTerms>> = [
      { name: 'x' }, { authMethods: ['none'] }, { grantTypes: [] }, { scopes: [] }, { audience: ['x'] }, { redirectUris: ['x'] },
      { postLogoutRedirectUris: ['x'] }, { backchannelLogoutUri: 'x' }, { profile: {} }, { profile: { ...change.before.profile, isTrusted: true } }
    ]
    for (const other of others) t.equal(await clientChanges.change({ ...change, before: { ...change.before, ...other } }), undefined)
    for (const endReason of [undefined, 'test']) t.equal(await clientChanges.change({ ...change, clientId: 'nobody', endReason }), undefined)
    t.same(await read(), client)
    t.match(await audit.list({ limit: 1, subject: client.id }), [{ kind: 'client/created' }])
  })

  t.test('a secret is kept, made or taken away', async t => {
    const { clientChanges, change, read } = await arrange()
    const [kept, made] = [(await read()).secretHash, randomBytes(32)]
    const changeTo = async (secretHash: ClientChange['secretHash'], name: string, before = change.before) => [
      await clientChanges.change({ ...change, secretHash, before, after: { ...anew, name } }) !== undefined, (await read()).secretHash
    ]
    t.same(await changeTo('keep', '1'), [true, kept])
    t.same(await changeTo(made, '2', { ...anew, name: '1' }), [true, made])
    t.same(await changeTo(undefined, '3', { ...anew, name: '2' }), [true, undefined])
    t.same(await changeTo('keep', '4', { ...anew, name: '3' }), [false, undefined], 'there is none to keep')
    t.equal((await read()).name, '3')
  })

  t.test('with a reason all that the client had been granted ends in the same act', async t => {
    const { clientChanges, audit, stores, change, read } = await arrange({ endReason: 'client-made-public' })
    const { grantsCutoff, id: clientId } = await read()
    const grant = await signInAnew(stores, sampleGrant({ clientId }))
    t.equal(await isLive(stores, grant.id), true)
    const { entry } = (await clientChanges.change(change))!
    t.match(entry, { target: 'client', value: clientId, reason: 'client-made-public' })
    t.ok(entry!.cutoff! > grantsCutoff)
    t.match(await read(), { name: 'Anew', grantsCutoff: entry!.cutoff })
    t.equal(await isLive(stores, grant.id), false)
    const kinds = (await audit.list({ limit: 2, subject: clientId })).map(({ kind }) => kind)
    t.strictSame(kinds.toSorted(), ['client/changed', 'revocation/client'])
  })

  t.test('of many changes at once that were decided on the same client one happens, whole', async t => {
    for (const endReason of [undefined, 'test']) {
      const { clientChanges, change, read } = await arrange({ endReason })
      let place = 0
      const answers = await times(10, async () => {
        const name = randomId(`change-${place++}-`)
        const changed = await clientChanges.change({ ...change, after: { ...anew, name, scopes: [name], redirectUris: [name] } })
        return changed && name
      })
      const [name, ...more] = answers.filter(each => each !== undefined)
      t.same(more, [])
      t.match(await read(), { name, scopes: [name], redirectUris: [name] })
    }
  })
}
