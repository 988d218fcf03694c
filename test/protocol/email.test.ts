import t from 'tap'
import { canonicalEmail } from '../../src/protocol/email.ts'

t.test('an ordinary address is put in lower case and otherwise left alone', async t => {
  t.equal(canonicalEmail('Ada.Lovelace+news@Example.COM'), 'ada.lovelace+news@example.com')
  t.equal(canonicalEmail('o\'brien!#$%&*=?^_`{|}~-/@mail.example.co.uk'), 'o\'brien!#$%&*=?^_`{|}~-/@mail.example.co.uk')
  t.equal(canonicalEmail('demo@localhost'), 'demo@localhost')
})

t.test('letters that only look different make no second account', async t => {
  const lookalikes = [
    '\u212Aate@example.com', 'KATE@EXAMPLE.COM', '\uff4b\uff41\uff54\uff45@example.com', 'kate\uff20example\uff0ecom',
    '\u{1d424}\u{1d41a}\u{1d42d}\u{1d41e}@example.com', 'kate@\u24d4xample.com'
  ]
  t.same(lookalikes.map(canonicalEmail), Array(6).fill('kate@example.com'))
  t.equal(canonicalEmail('jo\u017fe@example.com'), 'jose@example.com')
  t.equal(canonicalEmail('\ufb01sh@example.com'), 'fish@example.com')
})

t.test('an internationalised domain is its ASCII form', async t => {
  for (const domain of ['b\u00fccher.example', 'bu\u0308cher.example', 'B\u00dcCHER.example', 'XN--BCHER-KVA.example']) {
    t.equal(canonicalEmail(`ada@${domain}`), 'ada@xn--bcher-kva.example', domain)
  }
})

t.test('a canonical address is its own canonical form', async t => {
  for (const text of ['Ada@B\u00fccher.Example', 'ada@stra\u00dfe.example', '\u212Aate@example.com', 'a@\u4e2d\u56fd']) {
    const email = canonicalEmail(text)
    t.ok(email, text)
    t.equal(canonicalEmail(email!), email)
  }
})

t.test('what cannot be seen, or is no address, is refused', async t => {
  const refused = [
    '', 'ada', '@example.com', 'ada@', 'ada@@example.com', 'ada@example.com@example.com', 'ada@example.com.',
    'ada.@example.com', '.ada@example.com', 'a..da@example.com', 'ada@example..com', 'ada@.example.com',
    ' ada@example.com', 'ada@example.com\n', 'ada @example.com', 'a\u00a0da@example.com', 'a\u3000da@example.com',
    'a\0da@example.com', 'a\u200bda@example.com', 'a\u200dda@example.com', 'a\u00adda@example.com',
    '\ufeffada@example.com', 'ada@exam\u00adple.com', 'ada@exa\u2060mple.com', 'a\u034fda@example.com', 'a\ufe0fda@example.com',
    'a\u202eda@example.com', 'a\ud800da@example.com', 'a\u00b4da@example.com', 'ada@exam\ue000ple.com',
    '\u00e4da@example.com', '\u0430da@example.com', '\u0131da@example.com', '\u0130da@example.com',
    '"ada"@example.com', 'ada(x)@example.com', 'ada,b@example.com', '<ada@example.com>',
    'ada@127.0.0.1', 'ada@127.1', 'ada@0x7f.1', 'ada@[::1]', 'ada@exam%61ple.com', 'ada@exa_mple.com', 'ada@example.com/x',
    'ada@-example.com', 'ada@example-.com', 'ada@xn--abc', 'ada@example\u3002com', 'ada@example.com:25', 'ada@\u0301x.com',
    `${'a'.repeat(65)}@example.com`, `ada@${'a'.repeat(64)}.com`, `ada@${'a.'.repeat(130)}com`
  ]
  for (const text of refused) t.equal(canonicalEmail(text), undefined, JSON.stringify(text.slice(0, 30)))
})

t.test('an address has at most 254 bytes', async t => {
  const label = 'a'.repeat(61)
  const longest = `${'b'.repeat(64)}@${label}.${label}.${label}.com`
  t.equal(longest.length, 254)
  t.equal(canonicalEmail(longest), longest)
  t.equal(canonicalEmail(longest.replace('.com', '.info')), undefined)
})
