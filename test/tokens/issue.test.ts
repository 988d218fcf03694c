import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { grantIdFrom } from '../../src/protocol/identifiers.ts'
import type { GrantState } from '../../src/stores/grants.ts'
import { systemRandom } from '../../src/system.ts'
import { createMint } from '../../src/tokens/issue.ts'
import { createReferToStatus } from '../../src/tokens/refer-to-status.ts'
import { act, openKeyScene } from '../keys/key-scene.ts'
import { openMigrated } from '../support/database.ts'
import { statusOf } from '../support/status-lists.ts'

t.test('a token names the list of the very key that signs it, though the key changes while it is made', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  const { clock, open } = await openKeyScene(database)
  const { ring, rotation, pulse } = await open()
  await rotation.tend()
  const former = ring.signing()
  await rotation.rotate('sign', { force: true, act })
  const next = ring.signing()
  t.not(former.record.kid, next.record.kid)

  // The moment of the change lies between any two looks at what signs.
  let looks = 0
  const changing = { ...ring, signing: () => looks++ % 2 === 0 ? former : next }
  const issuer = 'https://id.example'
  const mint = createMint({
    ring: changing, clock, random: systemRandom, issuer, lifetime: 600, pulse,
    referToStatus: createReferToStatus({ apis: { find: () => ({ statusList: true }) }, issuer })
  })
  const grant: GrantState = {
    id: grantIdFrom(131_079, systemRandom.bytes(10)), clientId: 'shop', userId: 'usr_1', sessionId: 'ses_1', scopes: [], audience: [],
    keyBinding: undefined, secret: Buffer.alloc(16), generation: 1, macKid: '', role: 'user', authTime: new Date(), amr: ['pwd'],
    subject: 'usr_1', offline: false, claims: undefined
  }
  const signers = new Set<string>()
  for (let round = 0; round < 5; round++) {
    const { token } = await mint.forGrant(grant, { scopes: [] })
    const kid = decodeProtectedHeader(token).kid!
    t.strictSame(statusOf(token), { idx: 7, uri: `${issuer}/status-lists/1.${kid}` })
    signers.add(kid)
  }
  t.equal(signers.size, 2)
})
