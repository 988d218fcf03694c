import fc from 'fast-check'

/** Names, values and whole forms as nobody well-meaning sends them. Each value may hold the marker, which must not come back. */

/** Letters and digits: however an answer encodes it, it can be found. */
export const markers = fc.stringMatching(/^zq[0-9a-f]{16}$/)

const dangerous = [
  '', ' ', '\0', '\r\nset-cookie: x=1', '\u202e', '\ud800', '\ufeff', '-1', '0', '1e999', 'null', 'undefined', 'true', '[]', '{}',
  '__proto__', 'constructor', 'toString', '../../etc/passwd', "' OR 1=1 --", '${7*7}', '{{7*7}}', 'none', 'openid', 'S256', 'code', '*'
]

export function values(marker: string, known: readonly string[] = []): fc.Arbitrary<string> {
  const marked = [
    marker, `<script>${marker}</script>`, `"'><img src=${marker}>`, `https://${marker}.example/`, `javascript:${marker}`, `a\r\nx-${marker}: 1`,
    `${marker}\0`, `${marker}@example.com`, `${marker} ${marker}`, `{"${marker}":"${marker}"}`, `%3C${marker}%3E`, 'x'.repeat(3000) + marker
  ]
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...marked) },
    { weight: 2, arbitrary: fc.constantFrom(...dangerous) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map(length => 'é'.repeat(length)) },
    ...known.length > 0 ? [{ weight: 3, arbitrary: fc.constantFrom(...known) }] : []
  )
}

export function names(known: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    ...known.length > 0 ? [{ weight: 8, arbitrary: fc.constantFrom(...known) }] : [],
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a[]', 'a[b]', '', '\0', 'é') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) }
  )
}

/** As a form and a URL have it; half a surrogate pair has no encoding. */
export const encode = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'))

/** What a good request holds, all of it, some of it or nothing. */
function basis(good: Readonly<Record<string, unknown>>): fc.Arbitrary<Array<[string, unknown]>> {
  const whole = Object.entries(good)
  return fc.oneof(fc.constant<typeof whole>([]), fc.constant(whole), fc.subarray(whole, { minLength: Math.max(0, whole.length - 2) }), fc.subarray(whole))
}

const inForm = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value)

/** Form-encoded text: mostly well-formed, with repeated names and what breaks a decoder. */
export function forms(pairs: fc.Arbitrary<[string, string]>, good: Readonly<Record<string, unknown>> = {}): fc.Arbitrary<string> {
  const broken = fc.constantFrom('%', '%zz', '%ff', '%00', '%c0%ae', '%ed%a0%80', '=', '==', ';', '&&', '%26', '+', '\u00ff')
  const pair = fc.oneof(
    { weight: 12, arbitrary: pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`) },
    { weight: 1, arbitrary: fc.tuple(pairs, broken).map(([[name, value], fault]) => `${encode(name)}=${encode(value)}${fault}`) },
    { weight: 1, arbitrary: fc.tuple(pairs, broken).map(([[name], fault]) => encode(name) + fault) }
  )
  return fc.tuple(basis(good), fc.array(pair, { maxLength: 6, size: 'max' }), fc.nat({ max: 2 })).map(([base, list, extra]) => {
    const right = base.map(([name, value]) => `${encode(name)}=${encode(inForm(value))}`)
    return [...right, ...extra === 0 ? [] : list, ...extra === 1 ? list.slice(0, 1) : []].join('&')
  })
}

/** JSON text: the members, each of any type, and what breaks a parser. */
export function jsonBodies(pairs: fc.Arbitrary<[string, string]>, good: Readonly<Record<string, unknown>> = {}): fc.Arbitrary<string> {
  const other = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom<unknown>(null, true, -1, 1e308, [], {}, [[]], { $ne: null }))
  const wrong = fc.array(fc.oneof(pairs, fc.tuple(pairs, other).map(([[name], value]) => [name, value] as [string, unknown])), { maxLength: 3 })
  const members = fc.tuple(basis(good), wrong).map(parts => parts.flat())
  const nested = fc.integer({ min: 1, max: 20_000 }).chain(depth =>
    fc.constantFrom('['.repeat(depth), `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, `${'['.repeat(depth)}${']'.repeat(depth)}`))
  return fc.oneof(
    { weight: 8, arbitrary: members.map(list => `{${list.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }).map(value => JSON.stringify(value)) },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: pairs.map(([name, value]) => `{"__proto__":{"${name}":1},${JSON.stringify(value)}:1`) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '"x"', '\ufeff{}', '{"a":1,}', '{"email":"\\u0000"}', '{"constructor":{"prototype":{}}}') }
  )
}
