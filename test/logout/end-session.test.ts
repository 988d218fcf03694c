import t from 'tap'
import { createEndSession } from '../../src/logout/end-session.ts'
import { readAuthorizationParams } from '../../src/protocol/authorization-params.ts'
import type { BrowserSession } from '../../src/stores/browser-sessions.ts'
import type { Client } from '../../src/stores/clients.ts'
import { createMemoryCounters } from '../../src/stores/memory/counters.ts'
import { createMemoryPending } from '../../src/stores/memory/pending.ts'
import { systemRandom } from '../../src/system.ts'
import { createTestClock } from '../support/clock.ts'

t.test('who is sent to sign out over and over fills no memory, and can still sign out', async t => {
  const clock = createTestClock()
  const ended: string[] = []
  const { begin, confirm } = createEndSession({
    registry: { find: async id => ({ id, name: 'Shop', postLogoutRedirectUris: ['https://shop.example/'] }) as Client },
    verifyIdTokenHint: async () => 'malformed',
    endSession: async ({ id }) => void ended.push(id),
    consents: { list: async () => [] },
    pending: createMemoryPending(clock, 50), counters: createMemoryCounters(clock), random: systemRandom
  })
  const browserOf = (id: string) => ({ browser: 'a browser', session: { id, userId: 'usr_a', email: 'a@example.com' } as BrowserSession })
  const params = readAuthorizationParams('client_id=shop&post_logout_redirect_uri=https://shop.example/')
  const asked = []
  for (let turn = 0; turn < 100; turn++) {
    const outcome = await begin(params, browserOf('one'))
    if (outcome.kind === 'confirm') asked.push(outcome)
  }
  t.equal(asked.length, 100)
  const [first, last] = [asked[0]!, asked.at(-1)!]
  t.match(await confirm(first.id, first.csrf, browserOf('one')), { outcome: { kind: 'signed-out', continueUri: 'https://shop.example/' } })
  t.strictSame([last.id, last.csrf], [asked[50]!.id, asked[50]!.csrf], 'the further ones are the same question')
  t.strictSame(await confirm(last.id, first.csrf, browserOf('one')), { outcome: undefined, uiLocales: undefined })
  t.match(await confirm(last.id, last.csrf, browserOf('one')), { outcome: { kind: 'signed-out', clientName: undefined, continueUri: undefined } })
  t.strictSame(ended, ['one', 'one'])
  t.match(await begin(params, browserOf('two')), { kind: 'confirm', clientName: 'Shop' }, 'another session is not concerned')
})
