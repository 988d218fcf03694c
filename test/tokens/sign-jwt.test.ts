import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { jwtTypes } from '../../src/keys/open-key.ts'
import { createSignJwt } from '../../src/tokens/sign-jwt.ts'
import { openKeyScene } from '../keys/key-scene.ts'
import { openMigrated } from '../support/database.ts'

t.test('each type is signed with the key that signs now and says in its header what it is', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  const { ring, rotation } = await (await openKeyScene(database)).open()
  const signJwt = createSignJwt(ring)
  await t.rejects(signJwt('JWT', {}), { code: 'temporarily_unavailable', reason: 'keys/none-yet' })
  await rotation.tend()
  const keys = createLocalJWKSet(JSON.parse(ring.jwks().body) as JSONWebKeySet)
  for (const typ of jwtTypes) {
    const { payload, protectedHeader } = await jwtVerify(await signJwt(typ, { sub: 'Zoë' }), keys, { typ })
    t.strictSame(payload, { sub: 'Zoë' })
    t.strictSame(protectedHeader, { alg: 'RS256', typ, kid: ring.signing().record.kid })
  }
})
