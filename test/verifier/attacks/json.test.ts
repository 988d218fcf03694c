import t from 'tap'
import { goodClaims, goodHeader, onEachPlatform, outcomeOf, refusesEach, signRaw } from '../scene.ts'

/** JSON that two readers would read in two ways, or none should. All of it is signed by the issuer's own key. */

t.test('L144: a member twice, in header or payload', refusesEach(clock => {
  const header = JSON.stringify(goodHeader)
  const claims = JSON.stringify(goodClaims(clock))
  const more = (text: string, member: string) => `${text.slice(0, -1)},${member}}`
  const payloads = [
    '"exp":9999999999', '"sub":"usr_other"', '"\\u0065xp":9999999999', '"e\\u0078p":1', '"cnf":{"jkt":"a","jkt":"b"}',
    '"a":[{"b":{"c":1,"c":1}}]', '"a":{"":1,"":2}', '"__proto__":1,"__proto__":2', '"a":"\\"","a":1', '"a":"\\\\","a":":"'
  ]
  return [
    ...['"alg":"none"', '"alg":"RS256"', '"kid":"k1"', '"typ":"JWT"', '"\\u0061lg":"RS256"', '"\\u006bid":"k1"'].map(member =>
      [`header ${member}`, signRaw(more(header, member), claims), 'token_malformed'] as const),
    ...payloads.map(member => [`payload ${member}`, signRaw(header, more(claims, member)), 'token_malformed'] as const)
  ]
}))

t.test('L145: bytes and structures that no issuer writes', refusesEach(clock => {
  const claims = JSON.stringify(goodClaims(clock))
  const more = (member: string) => `${claims.slice(0, -1)},${member}}`
  const bytes = (...values: number[]) => Buffer.from([...Buffer.from(claims.slice(0, -1)), ...Buffer.from(',"x":"'), ...values, ...Buffer.from('"}')])
  const payloads: Array<[string, unknown]> = [
    ['UTF-16', Buffer.from(claims, 'utf16le')], ['UTF-16 with a mark', Buffer.from(`\uFEFF${claims}`, 'utf16le')],
    ['a byte order mark', `\uFEFF${claims}`], ['a byte that starts nothing', bytes(0xff)], ['an overlong slash', bytes(0xc0, 0xaf)],
    ['an overlong NUL', bytes(0xc0, 0x80)], ['half a pair in UTF-8', bytes(0xed, 0xa0, 0x80)], ['beyond Unicode', bytes(0xf4, 0x90, 0x80, 0x80)],
    ['a character cut', bytes(0xe2, 0x82)], ['half a pair', more('"x":"\\ud800"')], ['the other half', more('"x":"\\udc00"')],
    ['half a pair in a name', more('"\\ud800":1')], ['halves the wrong way round', more('"x":"\\udc00\\ud800"')],
    ['an escaped NUL', more('"x":"a\\u0000"')], ['a NUL in a name', more('"a\\u0000":1')], ['a bare NUL', bytes(0)], ['a bare newline', bytes(10)],
    ['something behind', `${claims}x`], ['a second object', `${claims}{}`], ['a NUL behind', `${claims}\0`], ['a comment', `${claims}//`],
    ['a comma too many', `${claims.slice(0, -1)},}`], ['single quotes', claims.replaceAll('"', '\'')], ['nothing', ' '],
    ['a list', `[${claims}]`], ['a text', JSON.stringify(claims)], ['a number', '1'], ['null', 'null'], ['NaN', more('"x":NaN')],
    ['ten thousand lists', '['.repeat(5000) + ']'.repeat(5000)], ['open lists', '['.repeat(6000)],
    ['deep lists in a claim', more(`"x":${'['.repeat(2000)}${']'.repeat(2000)}`)],
    ['deep objects', more(`"x":${'{"a":'.repeat(400)}1${'}'.repeat(400)}`)]
  ]
  return [
    ...payloads.map(([name, payload]) => [name, signRaw(goodHeader, payload), 'token_malformed'] as const),
    ...payloads.slice(0, 3).map(([name]) => [`${name}, header`, signRaw(name === 'a byte order mark'
      ? `\uFEFF${JSON.stringify(goodHeader)}` : Buffer.from(JSON.stringify(goodHeader), 'utf16le'), claims), 'token_malformed'] as const)
  ]
}))

t.test('L145: names of an object\'s own parts are names like any other', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const claims = JSON.stringify(goodClaims(clock))
    const polluting = `${claims.slice(0, -1)},"__proto__":{"isAdmin":true,"scope":"admin"},"constructor":{"prototype":{"isAdmin":true}}}`
    const { claims: read, scopes } = await verifier.verify(signRaw(goodHeader, polluting))
    t.equal(({} as Record<string, unknown>)['isAdmin'], undefined)
    t.equal(read['isAdmin'], undefined)
    t.strictSame(scopes, ['orders:read', 'orders:write'])
    const without = JSON.stringify({ ...goodClaims(clock), iss: undefined })
    const inherited = `${without.slice(0, -1)},"__proto__":{"iss":"https://id.example"}}`
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, inherited)), 'token_invalid', 'no claim is inherited')
    const inHeader = '{"typ":"at+jwt","alg":"RS256","__proto__":{"kid":"k1"}}'
    t.equal(await outcomeOf(verifier, signRaw(inHeader, claims)), 'token_invalid')
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, `${claims.slice(0, -1)},"x":"\\ud83d\\udd11 \\u00e9 \\" : \\\\"}`)), 'good',
      'while escapes that stand for something are read')
  })
})
