import t from 'tap'
import { createHeldKeys } from '../../../src/verifier/keys/held-keys.ts'
import { nodePlatform } from '../../../src/verifier/node/node-platform.ts'
import { createKeyNewsTaker } from '../../../src/verifier/revocation/feed/key-news-taker.ts'
import { otherKey, ourKey, publicJwk } from '../scene.ts'

const current = publicJwk(ourKey.publicKey)
const retired = publicJwk(otherKey.publicKey, { kid: 'k0' })

t.test('what the feed says of keys holds again after an outdated JWKS was fetched while it was away', async t => {
  const held = createHeldKeys({
    algorithms: ['RS256'], platform: nodePlatform, monotonic: () => 0, onChange: () => undefined, onFed: () => undefined
  })
  const take = createKeyNewsTaker(held)
  t.equal(take({ keys: [current], removed: [] }), true)
  held.replace([current, retired])
  t.strictSame(held.heldKids(), ['k1', 'k0'])
  t.equal(take({ keys: [current], removed: [] }), false, 'it says nothing new')
  t.strictSame(held.heldKids(), ['k1'], 'and still nothing else is trusted')
})
