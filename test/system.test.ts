import t from 'tap'
import { createPooledRandom, systemRandom } from '../src/system.ts'

t.test('random bytes are handed out once, and nothing of them stays behind', t => {
  let next = 1
  const pools: Buffer[] = []
  const random = createPooledRandom(pool => {
    pools.push(pool)
    for (let at = 0; at < pool.length; at++) pool[at] = next++ % 251 + 1
  })
  const seen = Array.from({ length: 300 }, () => random.bytes(32))
  t.equal(pools.length, 3, 'the source is asked when the pool is used up')
  t.same(seen[1], Buffer.from(Array.from({ length: 32 }, (_, at) => (at + 33) % 251 + 1)), 'in the order of the source')
  t.notOk(pools[0]!.subarray(0, 44 * 32).some(byte => byte !== 0), 'what was handed out is erased from the pool')
  for (const bytes of seen) bytes.fill(0)
  t.equal(random.bytes(16).some(byte => byte === 0), false, 'whoever writes to his bytes changes no others')
  t.throws(() => random.bytes(4097), /4097 random bytes at once/)
  t.equal(random.bytes(0).length, 0)
  t.end()
})

t.test('the real source repeats nothing', t => {
  const seen = new Set(Array.from({ length: 10_000 }, () => systemRandom.bytes(16).toString('hex')))
  t.equal(seen.size, 10_000)
  t.end()
})
