import t from 'tap'
import { findClaimFault, settableClaims } from '../../src/protocol/standard-claim-faults.ts'
import { claimsByScope, selectClaims, standardClaimNames, type DescribedUser } from '../../src/protocol/standard-claims.ts'

const ada: DescribedUser = {
  email: 'ada@example.com', emailVerified: true, name: 'Ada Lovelace', updatedAt: new Date(1_800_000_000_999),
  claims: {
    given_name: 'Ada', birthdate: '1815-12-10', phone_number: '+44 20 7946 0000', phone_number_verified: false,
    address: { locality: 'London' }
  }
}

t.test('each scope gives its own claims, those without a value left out', async t => {
  const given = (...scopes: string[]) => selectClaims(ada, { scopes })
  t.strictSame(given('openid', 'offline_access', 'constructor', '__proto__'), {})
  t.strictSame(given('profile'), { name: 'Ada Lovelace', given_name: 'Ada', birthdate: '1815-12-10', updated_at: 1_800_000_000 })
  t.strictSame(given('email'), { email: 'ada@example.com', email_verified: true })
  t.strictSame(given('phone'), { phone_number: '+44 20 7946 0000', phone_number_verified: false }, 'false is a value')
  t.strictSame(given('address'), { address: { locality: 'London' } })
  t.strictSame(Object.keys(given('phone', 'email')).sort(), ['email', 'email_verified', 'phone_number', 'phone_number_verified'])
  t.strictSame(selectClaims({ ...ada, name: undefined, claims: {} }, { scopes: ['profile', 'phone', 'address'] }), { updated_at: 1_800_000_000 })
})

t.test('a claim asked for by name is given without its scope, if it is about the user', async t => {
  const requested = { given_name: { essential: true }, phone_number: null, website: { essential: true }, sub: null, acr: null, role: null }
  t.strictSame(selectClaims(ada, { scopes: ['email'], requested }), {
    given_name: 'Ada', email: 'ada@example.com', email_verified: true, phone_number: '+44 20 7946 0000'
  })
})

t.test('every standard claim belongs to a scope, and can be set unless it has a place of its own', async t => {
  t.strictSame(Object.keys(claimsByScope), ['profile', 'email', 'address', 'phone'])
  t.equal(new Set(standardClaimNames).size, 19)
  const own = ['name', 'email', 'email_verified', 'updated_at']
  t.strictSame(settableClaims.toSorted(), standardClaimNames.filter(name => !own.includes(name)).toSorted())
})

t.test('a claim is set only to what it can mean', async t => {
  const good: Record<string, unknown[]> = {
    given_name: ['Ada', '李', 'x'.repeat(1000)],
    profile: ['https://example.com/ada', 'http://example.com/?a=b#c'],
    birthdate: ['1815-12-10', '0000-02-29', '1815', '2024-02-29'],
    zoneinfo: ['Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', 'UTC'],
    locale: ['en', 'en-GB', 'fr_CA', 'zh-Hant-TW'],
    phone_number: ['+1 (425) 555-1212', '+56 (2) 687 2400', '+1 (604) 555-1234;ext=5678', '+442079460000'],
    phone_number_verified: [true, false],
    address: [{ formatted: '12 St James Square\nLondon' }, { postal_code: 'SW1Y 4JH', country: 'GB' }]
  }
  const bad: Record<string, unknown[]> = {
    given_name: ['', 'x'.repeat(1001), 5, true, ['Ada'], {}, 'a\u0000b', 'a\nb', '\ud800', undefined],
    picture: ['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com', '/ada.png', 'https:example.com', 'https://u:p@example.com', 'https://'],
    birthdate: ['1815-02-30', '1815-13-01', '10.12.1815', '1815-12', 1815, '2023-02-29', '١٨١٥'],
    zoneinfo: ['Europe/', 'Europe Paris', '<b>'],
    locale: ['e', 'en-', 'en GB'],
    phone_number: ['020 7946 0000', '+', '+44 x', '+1;ext=', `+1${'0'.repeat(40)}`, 442079460000],
    phone_number_verified: ['true', 1, 'no'],
    address: ['London', {}, [], { planet: 'Earth' }, { locality: 5 }, { locality: '' }, { locality: 'a\u0000' }, JSON.parse('{"__proto__":"x"}')],
    sub: ['x'], email: ['x@example.com'], name: ['Ada'], role: ['admin'], constructor: ['x'], __proto__x: ['x']
  }
  for (const [name, values] of Object.entries(good)) {
    for (const value of values) t.equal(findClaimFault(name, value), undefined, `${name} ${JSON.stringify(value)}`)
    t.equal(findClaimFault(name, null), undefined, `${name} can be removed`)
  }
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) t.type(findClaimFault(name, value), 'string', `${name} ${JSON.stringify(value)}`)
  }
  t.match(findClaimFault('<b>', 'x'), /^must be one of given_name, /, 'an unknown name is not repeated')
  t.match(findClaimFault('<b>', null), /^must be one of/)
})
