import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { OpenMacKey } from '../../src/keys/open-key.ts'
import { codeLifetime, createAuthorizationCodes, type CodeContent } from '../../src/tokens/authorization-code.ts'
import { createTestClock } from '../support/clock.ts'

const key = (kid: string): OpenMacKey => ({ secret: randomBytes(32), record: { kid } as OpenMacKey['record'] })
const keys = { old: key('b2xkLWtl'), young: key('bmV3LWtl') }

function open(known: OpenMacKey[] = [keys.old, keys.young], random = { bytes: randomBytes }) {
  const clock = createTestClock()
  const ring = { mac: () => known[0]!, macByKid: async (kid: string) => known.find(each => each.record.kid === kid) }
  return { clock, codes: createAuthorizationCodes({ ring, random, clock }) }
}

const content: CodeContent = {
  clientId: 'web', redirectUri: 'https://app.example.com/callback?ä=1', isRedirectUriGiven: true, codeChallenge: 'a'.repeat(43), grantNumber: 2 ** 47,
  userId: 'f4f7d3a0-9d80-4a2a-9d5e-6f6c9b7a3f11', role: 'user', subject: 'a subject', sessionId: 'the session', authTime: 1_700_000_000_123, amr: ['pwd'],
  scopes: ['openid', 'email'], audience: ['https://id.example'], consentItems: ['openid', 'email'], claims: { userinfo: { email: null } }, nonce: 'the nonce'
}
const bytesOf = (code: string): Buffer => Buffer.from(code.slice('csac_'.length), 'base64url')

t.test('a code says what it stands for to whoever has the key, on any instance, and to nobody else', async t => {
  const { codes } = open()
  const code = codes.make(content)
  t.match(code, /^csac_[\w-]+$/)
  t.strictSame(await codes.open(code), content)
  t.strictSame(await open([keys.young, keys.old]).codes.open(code), content, 'while another key makes new ones')
  t.equal(await open([keys.young]).codes.open(code), undefined, 'its key was removed')
  t.equal(await open([key('b2xkLWtl')]).codes.open(code), undefined, 'another key of that name')
  for (const secret of [content.userId, content.sessionId, content.nonce!, content.clientId, 'nonce']) t.notOk(bytesOf(code).includes(secret), secret)
  const leastly = { ...content, codeChallenge: undefined, consentItems: undefined, claims: undefined, nonce: undefined }
  t.match(await codes.open(codes.make(leastly)), JSON.parse(JSON.stringify(leastly)), 'what is absent stays so')
})

t.test('two codes for the same have nothing in common but the name of their key', async t => {
  const { codes } = open()
  const [one, two] = [bytesOf(codes.make(content)), bytesOf(codes.make(content))] as [Buffer, Buffer]
  t.strictSame(one.subarray(0, 6), two.subarray(0, 6))
  const same = [...one.subarray(6)].filter((byte, at) => byte === two[at + 6]).length
  t.ok(same < one.length / 20, `${same} of ${one.length} bytes are the same`)
  const still = open([keys.old], { bytes: size => Buffer.alloc(size, 7) }).codes
  t.notSame(bytesOf(still.make(content)), bytesOf(still.make({ ...content, nonce: 'else' })), 'the seal covers the content')
})

t.test('a code with one bit changed, anywhere, is none', async t => {
  const { codes } = open()
  const bytes = bytesOf(codes.make(content))
  for (const at of bytes.keys()) {
    const altered = Buffer.from(bytes)
    altered[at]! ^= 1 << at % 8
    t.equal(await codes.open(`csac_${altered.toString('base64url')}`), undefined, `byte ${at}`)
  }
})

t.test('a code has one spelling: its hash tells who spent it first', async t => {
  const { codes } = open()
  for (const nonce of ['', 'n', 'nn']) {
    const code = codes.make({ ...content, nonce })
    t.ok(await codes.open(code))
    const others = [
      `${code}=`, `${code}==`, `${code}A`, ` ${code}`, `${code}\n`, code.slice(0, -1), code.slice(5), code.replace('csac', 'CSAC'), code.replaceAll('_', '/').replaceAll('-', '+'),
      ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map(last => code.slice(0, -1) + last)
    ]
    for (const other of others.filter(each => each !== code)) t.equal(await codes.open(other), undefined, other.slice(-4))
  }
})

t.test('what is too short for a seal is none', async t => {
  const { codes } = open()
  const bytes = bytesOf(codes.make(content))
  for (let length = 0; length <= 40; length++) t.equal(await codes.open(`csac_${bytes.toString('base64url', 0, length)}`), undefined, `${length} bytes`)
})

t.test('its minute is over to the millisecond', async t => {
  const { codes, clock } = open()
  const code = codes.make(content)
  clock.advance(codeLifetime - 0.001)
  t.ok(await codes.open(code))
  clock.advance(0.001)
  t.equal(await codes.open(code), undefined)
})
