import t from 'tap'
import type { WantedTarget } from '../../src/protocol/resource.ts'
import {
  decideClientTarget, decideUserTarget, judgeNarrowing, narrowTarget, type KnownApi, type TargetContext, type UserTarget
} from '../../src/protocol/target.ts'

const issuer = 'https://id.example'
const orders = 'https://orders.example'
const stock = 'https://stock.example/v1'
const hidden = 'https://hidden.example'

const api = (identifier: string, changes: Partial<KnownApi> = {}): KnownApi =>
  ({ identifier, scopes: [], tokenLifetime: undefined, clients: ['shop'], ...changes })
const known = [
  api(orders, { scopes: ['read', 'write'], tokenLifetime: 300 }),
  api(stock, { scopes: ['read', 'count'], tokenLifetime: 60 }),
  api(hidden, { scopes: ['spy'], tokenLifetime: 5, clients: ['other'] }),
  api('urn:plain')
]

interface Changes {
  scopes?: string[]
  audience?: string[]
  apis?: KnownApi[]
}

function contextOf({ scopes = [], audience = [], apis = known }: Changes = {}): TargetContext {
  return {
    client: { id: 'shop', scopes, audience }, issuer,
    apis: { find: identifier => apis.find(each => each.identifier === identifier) }
  }
}

const want = (resources: string[] = [], scope?: string): WantedTarget => ({ resources, scopes: scope?.split(' ') })

t.test('a client for itself', async t => {
  const decide = (wanted: WantedTarget, changes: Changes = {}) =>
    decideClientTarget(wanted, contextOf({ scopes: ['read', 'count', 'own'], ...changes }))

  t.test('gets its own scopes for its registered audience when it names no resource', async t => {
    t.strictSame(decide(want()), { audience: [], scopes: ['read', 'count', 'own'], lifetime: undefined })
    t.strictSame(decide(want([], 'own'), { audience: ['https://a.example'] }), {
      audience: ['https://a.example'], scopes: ['own'], lifetime: undefined
    })
    t.equal(decide(want([], 'write')), 'invalid-scope', 'the scope of an API that it has no part in')
    t.strictSame(decide(want(), { scopes: [] }), { audience: [], scopes: [], lifetime: undefined })
  })

  t.test('gets of each API those of its scopes that its registration names', async t => {
    t.strictSame(decide(want([orders])), { audience: [orders], scopes: ['read'], lifetime: 300 })
    t.strictSame(decide(want([orders, stock])), { audience: [orders, stock], scopes: ['read', 'count'], lifetime: 60 })
    t.strictSame(decide(want([orders], 'read')), { audience: [orders], scopes: ['read'], lifetime: 300 })
    t.strictSame(decide(want(['urn:plain'])), { audience: ['urn:plain'], scopes: [], lifetime: undefined })
    for (const scope of ['write', 'own', 'count', 'read own', 'openid']) t.equal(decide(want([orders], scope)), 'invalid-scope', scope)
    t.strictSame(decide(want([orders]), { scopes: [] }), { audience: [orders], scopes: [], lifetime: 300 })
  })

  t.test('gets no token for the issuer by that name, and none of the scopes that are about a user', async t => {
    t.equal(decide(want([issuer])), 'invalid-target')
    t.equal(decide(want([issuer], 'openid'), { scopes: ['openid'] }), 'invalid-target')
    t.match(decide(want(), { scopes: ['openid', 'email', 'own'] }), { scopes: ['own'] })
    t.equal(decide(want([], 'openid'), { scopes: ['openid'] }), 'invalid-scope')
  })

  t.test("keeps to an API's lifetime where its registration names the API", async t => {
    t.match(decide(want(), { audience: [stock] }), { audience: [stock], lifetime: 60 })
  })
})

t.test('P183: a resource that is not registered for this client exactly so is no target', async t => {
  const spellings = [
    `${orders}/`, 'https://ORDERS.example', 'HTTPS://orders.example', 'https://orders.example:443', 'https://%6Frders.example', `${orders}#x`,
    `${orders}#`, `${orders}?`, ` ${orders}`, `${orders} `, `${orders}\0`, '', 'orders.example', '/v1', 'https://stock.example', `${stock}/../v1`,
    hidden, 'https://unknown.example', '__proto__', 'constructor', 'https://id.example/'
  ]
  const context = contextOf({ scopes: ['read'] })
  for (const spelling of spellings) {
    for (const resources of [[spelling], [orders, spelling], [spelling, orders]]) {
      t.equal(decideClientTarget(want(resources), context), 'invalid-target', JSON.stringify(resources))
      t.equal(decideUserTarget(want(resources, 'openid'), context), 'invalid-target', JSON.stringify(resources))
      t.equal(judgeNarrowing(want(resources), context), 'invalid-target', JSON.stringify(resources))
      t.equal(narrowTarget({ audience: resources, scopes: [] }, want(resources), context), 'invalid-target', JSON.stringify(resources))
    }
  }
  const many = Array.from({ length: 1000 }, (_, place) => api(`urn:api:${place}`))
  const crowded = contextOf({ apis: many })
  const named = many.map(({ identifier }) => identifier)
  t.equal(decideClientTarget(want(named), crowded), 'invalid-target', 'a thousand')
  t.equal(decideUserTarget(want(named), crowded), 'invalid-target')
  t.equal(decideClientTarget(want(named.slice(0, 11)), crowded), 'invalid-target', 'eleven')
  t.match(decideClientTarget(want(named.slice(0, 10)), crowded), { audience: named.slice(0, 10) })
})

t.test('a client for a user', async t => {
  const decide = (wanted: WantedTarget, changes: Changes = {}) => decideUserTarget(wanted, contextOf({ scopes: ['own'], ...changes }))

  t.test('gets its own scopes and those of OpenID Connect when it names no resource', async t => {
    t.strictSame(decide(want()), { audience: [], scopes: [], items: [], lifetime: undefined })
    t.strictSame(decide(want([], 'own')), { audience: [], scopes: ['own'], items: ['own'], lifetime: undefined })
    t.strictSame(decide(want([], 'openid email own')), {
      audience: [issuer], scopes: ['openid', 'email', 'own'], items: ['openid', 'email', 'own'], lifetime: undefined
    })
    t.match(decide(want([], 'openid'), { audience: ['urn:mine'] }), { audience: ['urn:mine', issuer] })
    t.strictSame((decide(want([], 'openid'), { audience: [issuer] }) as UserTarget).audience, [issuer])
    t.match(decide(want([], 'own'), { audience: ['urn:mine'] }), { audience: ['urn:mine'] })
  })

  t.test('needs the resource for the scopes of an API, and never gets one that manages the service', async t => {
    for (const scope of ['read', 'openid read', 'spy', 'unknown']) t.equal(decide(want([], scope)), 'invalid-scope', scope)
    t.equal(decide(want([], 'revocations:read'), { scopes: ['revocations:read'] }), 'invalid-scope')
  })

  t.test('C59, P183: gets for an API exactly that audience, and asks for each of its scopes', async t => {
    t.strictSame(decide(want([orders], 'write read')), {
      audience: [orders], scopes: ['write', 'read'], items: [`${orders} write`, `${orders} read`], lifetime: 300
    })
    for (const scope of ['own', 'count', 'spy', 'read own']) t.equal(decide(want([orders], scope)), 'invalid-scope', scope)
    t.match(decide(want([orders])), { audience: [orders], scopes: [], items: [`${orders} `] }, 'none of its scopes is something, too')
  })

  t.test('gets several, each with what both call by one name', async t => {
    t.strictSame(decide(want([orders, stock], 'openid read count')), {
      audience: [orders, stock], scopes: ['openid', 'read', 'count'], lifetime: 60,
      items: ['openid', `${orders} read`, `${stock} read`, `${stock} count`]
    })
  })

  t.test('gets the issuer by its name with openid alone', async t => {
    t.equal(decide(want([issuer], 'email')), 'invalid-target')
    t.equal(decide(want([issuer, orders], 'read')), 'invalid-target')
    t.match(decide(want([issuer, orders], 'openid read')), { audience: [issuer, orders], items: ['openid', `${orders} read`] })
    t.equal(decide(want([issuer], 'openid own')), 'invalid-scope')
  })
})

t.test('a grant is narrowed, never widened', async t => {
  const grant = { audience: [orders, stock], scopes: ['openid', 'read', 'write', 'count'] }
  const narrow = (wanted: WantedTarget, changes: Changes = {}, of = grant) => narrowTarget(of, wanted, contextOf(changes))

  t.test('all of it carries what belongs to its audience', async t => {
    t.strictSame(narrow(want()), { audience: [orders, stock], scopes: ['read', 'write', 'count'], lifetime: 60 }, 'userinfo is no target')
    t.match(narrow(want(), {}, { audience: [issuer, orders], scopes: ['openid', 'read'] }), { scopes: ['openid', 'read'] })
    t.match(narrow(want(), { scopes: ['own'] }, { audience: [], scopes: ['email', 'own'] }), { audience: [], scopes: ['email', 'own'] })
    t.match(narrow(want(), { audience: ['urn:mine'], scopes: ['own'] }, { audience: ['urn:mine', issuer], scopes: ['openid', 'own'] }), {
      audience: ['urn:mine', issuer], scopes: ['openid', 'own']
    })
    t.match(narrow(want(), { audience: ['urn:mine'], scopes: ['own'] }, { audience: ['urn:mine'], scopes: ['email', 'own'] }), { scopes: ['own'] })
  })

  t.test("the client's own scopes stay where the APIs are its registered audience", async t => {
    const own = { scopes: ['own', 'read'], audience: [orders, 'urn:mine'] }
    t.match(narrow(want(), own, { audience: [orders, 'urn:mine', issuer], scopes: ['openid', 'own', 'write'] }), { scopes: ['openid', 'own', 'write'] })
    t.match(narrow(want([], 'own'), own, { audience: [orders], scopes: ['own', 'read'] }), { scopes: ['own'] })
    t.match(narrow(want(), own, { audience: [orders, stock], scopes: ['own', 'read'] }), { scopes: ['read'] }, 'another API was named')
    t.match(narrow(want([orders]), own, { audience: [orders], scopes: ['own', 'read'] }), { scopes: ['read'] }, 'this one was named')
  })

  t.test('P183: a resource leaves its own scopes, whoever else has one of that name', async t => {
    t.strictSame(narrow(want([orders])), { audience: [orders], scopes: ['read', 'write'], lifetime: 300 })
    t.strictSame(narrow(want([stock])), { audience: [stock], scopes: ['read', 'count'], lifetime: 60 })
    t.match(narrow(want([orders], 'read')), { audience: [orders], scopes: ['read'] })
    t.match(narrow(want([issuer]), {}, { audience: [issuer, orders], scopes: ['openid', 'read'] }), { audience: [issuer], scopes: ['openid'] })
    t.match(narrow(want([orders]), {}, { audience: [orders], scopes: ['read'] }), { scopes: ['read'] }, 'not write, which was not granted')
  })

  t.test('what was not granted is refused', async t => {
    t.equal(narrow(want(['urn:plain'])), 'invalid-target', 'open to the client, but not granted')
    t.equal(narrow(want([orders, 'urn:plain'])), 'invalid-target')
    t.equal(narrow(want([issuer])), 'invalid-target', 'openid was granted, the issuer was not named')
    t.equal(narrow(want([issuer]), {}, { audience: [], scopes: ['own'] }), 'invalid-target')
    for (const scope of ['count', 'openid', 'own', 'spy', 'read count']) t.equal(narrow(want([orders], scope)), 'invalid-scope', scope)
    t.equal(narrow(want([], 'own')), 'invalid-scope')
    t.equal(narrow(want([orders], 'write'), {}, { audience: [orders], scopes: ['read'] }), 'invalid-scope')
  })

  t.test('an API that is gone or closed gets no further token; the others do, by name', async t => {
    const [first, second] = known as [KnownApi, KnownApi]
    for (const apis of [[first], [first, { ...second, clients: [] }]]) {
      t.equal(narrow(want(), { apis }), 'invalid-target')
      t.equal(narrow(want([stock]), { apis }), 'invalid-target')
      t.match(narrow(want([orders]), { apis }), { audience: [orders], scopes: ['read', 'write'] })
    }
    t.match(narrow(want([orders]), { apis: [{ ...first, scopes: ['read', 'new'] }] }), { scopes: ['read'] }, 'nor a scope that is gone')
    t.match(narrow(want(), { apis: [], audience: [orders], scopes: ['own'] }, { audience: [orders], scopes: ['read', 'own'] }), { scopes: ['own'] },
      'nor its scopes, where the registration made it the audience of all that the client gets')
  })
})

t.test('what is wrong with a narrower request is told before the grant is known', async t => {
  const judge = (wanted: WantedTarget) => judgeNarrowing(wanted, contextOf({ scopes: ['own'] }))
  t.equal(judge(want()), undefined)
  t.equal(judge(want([], 'anything')), undefined, 'the grant decides')
  t.equal(judge(want([orders], 'read')), undefined)
  t.equal(judge(want([issuer], 'openid')), undefined)
  for (const [resource, scope] of [[orders, 'count'], [orders, 'openid'], [issuer, 'own'], [issuer, 'read']] as const) {
    t.equal(judge(want([resource], scope)), 'invalid-scope', `${resource} ${scope}`)
  }
})
