import t from 'tap'
import { createMemoryRevocationCache } from '../../../src/stores/memory/revocation-cache.ts'
import { revocationCacheContract } from '../../contract/revocation-cache.contract.ts'
import { createTestClock } from '../../support/clock.ts'

t.test('the revocation cache in memory', async t => {
  revocationCacheContract(t, () => {
    const cache = createMemoryRevocationCache(createTestClock())
    return Promise.resolve({ one: cache, other: cache })
  })
})
