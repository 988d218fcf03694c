import { sign as signBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import t from 'tap'
import { encode, goodClaims, goodHeader, onEachPlatform, otherKey, ourKey, outcomeOf, refusesEach, signRaw, signToken } from '../scene.ts'

/** One token, one spelling; and nothing that is not quite a token. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

t.test('L137: a signature that is missing, cut, foreign or of something else', refusesEach(clock => {
  const good = signToken(clock)
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const changed = encode({ ...goodClaims(clock), scope: 'admin' })
  return [
    ['empty', `${header}.${payload}.`, 'token_malformed'], ['none', `${header}.${payload}`, 'token_malformed'],
    ['the text null', `${header}.${payload}.null`], ['one byte', `${header}.${payload}.AA`],
    ['cut', `${header}.${payload}.${signature.slice(0, -6)}`], ['longer', `${header}.${payload}.${signature.slice(0, -2)}AAAA`],
    ['zeros', `${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`],
    ['of another key', signRaw(goodHeader, goodClaims(clock), otherKey.privateKey)],
    ['another payload', `${header}.${changed}.${signature}`],
    ['another header', `${encode({ ...goodHeader, x: 1 })}.${payload}.${signature}`],
    ['two parts', `${header}.${signature}`, 'token_malformed'], ['four', `${good}.${signature}`, 'token_malformed'],
    ['five', `${header}.${payload}.${payload}.${payload}.${signature}`, 'token_malformed'],
    ['a dot before', `.${good}`, 'token_malformed'], ['a dot behind', `${good}.`, 'token_malformed'],
    ['no header', `.${payload}.${signature}`, 'token_malformed'], ['no payload', `${header}..${signature}`, 'token_malformed'],
    ['dots alone', '..', 'token_malformed'], ['a word', 'token', 'token_malformed'], ['nothing', '', 'token_missing']
  ]
}))

t.test('L147: base64url that is not the one spelling of its bytes', refusesEach(clock => {
  const good = signToken(clock)
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const last = alphabet.indexOf(signature.at(-1)!)
  const spellings = [...alphabet].filter((_, index) => index !== last && index >> 4 === last >> 4)
    .map(each => [`last character ${each}`, `${header}.${payload}.${signature.slice(0, -1)}${each}`, 'token_malformed'] as const)
  const insert = (name: string, text: string) => [
    [`${name} in the header`, `${header.slice(0, 5)}${text}${header.slice(5)}.${payload}.${signature}`, 'token_malformed'],
    [`${name} in the payload`, `${header}.${payload.slice(0, 5)}${text}${payload.slice(5)}.${signature}`, 'token_malformed'],
    [`${name} in the signature`, `${header}.${payload}.${signature.slice(0, 5)}${text}${signature.slice(5)}`, 'token_malformed'],
    [`${name} before`, `${text}${good}`, 'token_malformed'], [`${name} behind`, `${good}${text}`, 'token_malformed']
  ] as const
  return [
    ...spellings,
    ...insert('=', '='), ...insert('==', '=='), ...insert('a space', ' '), ...insert('a newline', '\n'), ...insert('CR LF', '\r\n'),
    ...insert('a tab', '\t'), ...insert('NUL', '\0'), ...insert('+', '+'), ...insert('/', '/'), ...insert('%3D', '%3D'),
    ...insert('a full-width A', '\uFF21'), ...insert('a letter beyond Latin-1', '\u0141'), ...insert('an emoji', '\u{1F511}'),
    ['a lone character', `${header}.${payload}.${signature}AAA`, 'token_malformed'],
    ['the other alphabet', good.replaceAll('-', '+').replaceAll('_', '/') + '+', 'token_malformed'],
    ['percent-encoded dots', good.replaceAll('.', '%2E'), 'token_malformed']
  ]
}))

t.test('L147: of the sixteen spellings of a signature one is accepted', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const good = signToken(clock)
    const outcomes = await Promise.all([...alphabet].map(each => outcomeOf(verifier, good.slice(0, -1) + each)))
    t.equal(outcomes.filter(each => each === 'good').length, 1)
  })
})

/** Of every kind that a decoder might pass over, or take for one of the alphabet: by value, by its lowest byte, by its shape. */
const strangers = [
  '+', '/', '=', ' ', '\n', '\r', '\t', '\v', '\f', '\0', '!', '"', '%', ',', '.', ':', '@', '[', '\\', '`', '{', '~', '\x7F', '\x80', '\xA0', '\xAD',
  '\xC1', '\xDF', '\u012B', '\u012D', '\u0130', '\u0141', '\u017F', '\u0441', '\u2010', '\u200B', '\u2028', '\u212A', '\uFEFF', '\uFF21',
  '\uD83D', '\uDD11', '\uD83D\uDD11'
]

t.test('L147: no character of another alphabet stands for one of a signature, wherever it is', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const good = signToken(clock)
    const start = good.lastIndexOf('.') + 1
    t.equal(await outcomeOf(verifier, good), 'good', 'its header is known from here on')
    let accepted = 0
    const tryOut = async (token: string) => { if (await outcomeOf(verifier, token) !== 'token_malformed') accepted += 1 }
    for (let at = start; at <= good.length; at++) {
      for (const each of strangers) {
        if (at < good.length) await tryOut(good.slice(0, at) + each + good.slice(at + 1))
        // What is passed over would leave the signature as it was.
        await tryOut(good.slice(0, at) + each + good.slice(at))
      }
    }
    t.equal(accepted, 0)
  })
})

t.test('L147: the other alphabet is not taken for the same bytes', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const tokens = Array.from({ length: 20 }, (_, x) => signToken(clock, { x }))
    const spellings = tokens.flatMap(token => Array.from(token.matchAll(/[-_]/g), ({ 0: sign, index }) =>
      token.slice(0, index) + (sign === '-' ? '+' : '/') + token.slice(index + 1)))
    const inSignature = (sign: string) => spellings.some(each => each.lastIndexOf(sign) > each.lastIndexOf('.'))
    t.ok(inSignature('+') && inSignature('/'))
    t.equal(await outcomeOf(verifier, tokens[0]!), 'good', 'its header is known from here on')
    const outcomes = await Promise.all(spellings.map(each => outcomeOf(verifier, each)))
    t.strictSame([...new Set(outcomes)], ['token_malformed'])
  })
})

t.test('L147: a signature of every length is spelled in one way', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const [header, payload] = signToken(clock).split('.') as [string, string]
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good', 'its header is known from here on')
    let wrong = 0
    for (let length = 1; length <= 40; length++) {
      for (const last of alphabet) {
        const signature = 'A'.repeat(length - 1) + last
        const isSpelled = Buffer.from(signature, 'base64url').toString('base64url') === signature
        const outcome = await outcomeOf(verifier, `${header}.${payload}.${signature}`)
        if (outcome !== (isSpelled ? 'token_invalid' : 'token_malformed')) wrong += 1
      }
    }
    t.equal(wrong, 0)
  })
})

t.test('L147: what is signed in another spelling is refused, though the signature is right', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const sign = (input: string, encoding: BufferEncoding) =>
      `${input}.${signBytes('sha256', Buffer.from(input, encoding), ourKey.privateKey).toString('base64url')}`
    const good = sign(signToken(clock).split('.').slice(0, 2).join('.'), 'utf8')
    t.equal(await outcomeOf(verifier, good), 'good')
    const input = good.slice(0, good.lastIndexOf('.'))
    for (const place of [0, 1, input.indexOf('.') + 1, input.length - 1]) {
      // A letter whose lowest byte is the one that stands there.
      const folded = input.slice(0, place) + String.fromCharCode(0x100 + input.charCodeAt(place)) + input.slice(place + 1)
      t.equal(await outcomeOf(verifier, folded + good.slice(good.lastIndexOf('.'))), 'token_malformed', `its bytes are signed, at ${place}`)
      t.not(await outcomeOf(verifier, sign(folded, 'utf8')), 'good', `it is signed itself, at ${place}`)
    }
  })
})

t.test('L149: what is encrypted or compressed', refusesEach(clock => {
  return [
    ['a JWE of five parts', `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' })}.AAAA.AAAA.AAAA.AAAA`, 'token_malformed'],
    ['a password with two thousand million rounds',
      `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`, 'token_malformed'],
    ['the same in three parts', signRaw({ ...goodHeader, p2c: 2 ** 31, p2s: 'AAAA' }, goodClaims(clock))],
    ['zip in the header', signRaw({ ...goodHeader, zip: 'DEF' }, goodClaims(clock))],
    ['a compressed payload', signRaw(goodHeader, deflateRawSync(JSON.stringify(goodClaims(clock)))), 'token_malformed'],
    ['enc in the header', signRaw({ ...goodHeader, enc: 'A256GCM' }, goodClaims(clock))],
    ['a token in a token', signRaw({ ...goodHeader, cty: 'JWT' }, signToken(clock))]
  ]
}))

t.test('L150: the JSON serialisations', refusesEach(clock => {
  const [header, payload, signature] = signToken(clock).split('.')
  return [
    ['flattened', JSON.stringify({ protected: header, payload, signature }), 'token_malformed'],
    ['general', JSON.stringify({ payload, signatures: [{ protected: header, signature }] }), 'token_malformed']
  ]
}))

t.test('L146: a token beyond the limit is refused before it is looked at', async t => {
  onEachPlatform(t, async (t, { verifier, clock, requests }) => {
    const padded = (size: number) => {
      const base = signRaw(goodHeader, { ...goodClaims(clock), pad: '' })
      return signRaw(goodHeader, { ...goodClaims(clock), pad: 'x'.repeat(Math.floor((size - base.length) * 3 / 4)) })
    }
    t.equal(await outcomeOf(verifier, padded(8192)), 'good')
    t.equal(await outcomeOf(verifier, padded(8196)), 'token_malformed')
    t.equal(await outcomeOf(verifier, 'A'.repeat(50_000_000)), 'token_malformed')
    t.equal(requests.length, 1)
  })
})

t.test('L148: the cache of verified tokens holds no more than it may, and forgets what was used longest ago', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const tokens = Array.from({ length: 3 }, (_, index) => signToken(clock, { scope: `orders:${index}` })) as [string, string, string]
    const counted = async (token: string) => {
      const before = verifier.health().counters
      t.equal(await outcomeOf(verifier, token), 'good')
      return verifier.health().counters['cached']! - before['cached']! === 1 ? 'known' : 'new'
    }
    const [first, second, third] = tokens
    const uses: Array<[string, 'known' | 'new']> = [
      [first, 'new'], [second, 'new'], [first, 'known'], [second, 'known'], [third, 'new'], [second, 'known'], [first, 'new'], [second, 'known'], [third, 'new']
    ]
    for (const [index, [token, expected]] of uses.entries()) t.equal(await counted(token), expected, `use ${index + 1}`)
  }, { cache: { size: 2 } })
})

t.test('L148: the cache of verified tokens knows the exact text alone', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const good = signToken(clock)
    await verifier.verify(good)
    const [header, payload, signature] = good.split('.') as [string, string, string]
    const forged = `${header}.${encode({ ...goodClaims(clock), scope: 'admin' })}.${signature}`
    t.equal(await outcomeOf(verifier, forged), 'token_invalid', 'neither a known jti nor a known signature helps')
    t.equal(await outcomeOf(verifier, `${encode({ ...goodHeader, a: 1 })}.${payload}.${signature}`), 'token_invalid')
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, { ...goodClaims(clock), scope: 'admin' }, otherKey.privateKey)), 'token_invalid')
    t.equal(verifier.health().counters['cached'], 0)
    const first = await verifier.verify(good)
    t.equal(verifier.health().counters['cached'], 1)
    t.throws(() => { (first.claims as { sub: string }).sub = 'usr_other' }, TypeError, 'what is handed out again cannot be changed')
    t.throws(() => { (first.scopes as string[]).push('admin') }, TypeError)
    const thumbprint = 'A'.repeat(43)
    const bound = signToken(clock, { cnf: { 'x5t#S256': thumbprint } })
    const request = { method: 'GET', url: 'https://orders.example/', clientCertificate: thumbprint }
    const { binding } = await verifier.verify(bound, { request })
    t.throws(() => { (binding as { thumbprint: string }).thumbprint = 'B'.repeat(43) }, TypeError, 'nor can what the token is bound to')
    t.equal(await outcomeOf(verifier, bound, { request }), 'good')
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, { ...goodClaims(clock), x: 1 }, ourKey.privateKey)), 'good')
  })
})
