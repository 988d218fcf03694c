import t from 'tap'
import { createSeal } from '../../src/keys/seal.ts'
import type { MasterKey } from '../../src/keys/master-key.ts'
import { systemRandom } from '../../src/system.ts'

const masterKey = (id: string): MasterKey => ({ id, bytes: systemRandom.bytes(32) })
const [first, second] = [masterKey('first'), masterKey('second')]
const secret = Buffer.from('a private key')

t.test('what is sealed opens under the same master key, for the same key alone', async t => {
  const seal = createSeal([first], systemRandom)
  const { sealed, sealedWith } = seal.seal('kid-1', secret)
  t.equal(sealedWith, 'first')
  t.ok(seal.isCurrent(sealedWith))
  t.notOk(sealed.includes(secret))
  t.strictSame(seal.open('kid-1', sealed, sealedWith), secret)
  t.throws(() => seal.open('kid-2', sealed, sealedWith), /kid-2 does not open .*altered/, 'rows cannot be swapped')
  t.notSame(seal.seal('kid-1', secret).sealed, sealed, 'never twice the same bytes')
})

t.test('a row that was altered does not open', async t => {
  const seal = createSeal([first], systemRandom)
  const { sealed, sealedWith } = seal.seal('kid-1', secret)
  for (const at of [0, 12, sealed.length - 1]) {
    const altered = Buffer.from(sealed)
    altered[at]! ^= 1
    t.throws(() => seal.open('kid-1', altered, sealedWith), /keys remove kid-1/, `byte ${at}`)
  }
  for (const length of [0, 8, 12, 16, 20, 28]) t.throws(() => seal.open('kid-1', sealed.subarray(0, length), sealedWith), /kid-1/, `cut off at ${length}`)
})

t.test('a new master key seals while the former still opens', async t => {
  const before = createSeal([first], systemRandom).seal('kid-1', secret)
  const seal = createSeal([second, first], systemRandom)
  t.strictSame(seal.open('kid-1', before.sealed, before.sealedWith), secret)
  t.notOk(seal.isCurrent(before.sealedWith))
  t.equal(seal.seal('kid-1', secret).sealedWith, 'second')
  t.throws(() => createSeal([second], systemRandom).open('kid-1', before.sealed, 'first'), /master key first, which is not in the master key file/)
})
