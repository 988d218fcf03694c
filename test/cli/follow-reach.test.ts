import t from 'tap'
import { createAdminCaller } from '../../src/cli/admin-caller.ts'
import { followReach } from '../../src/cli/follow-reach.ts'

/** The service, answering in this order. */
function serviceThat(...answers: Array<[status: number, body: object]>) {
  return createAdminCaller({
    token: 'x',
    async send() {
      const [status, body] = answers.shift()!
      return { status, body: JSON.stringify(body) }
    },
    close: async () => undefined
  })
}

const lagging = { seq: 7, revoked_at: '2026-11-27T10:00:00.000Z', verifiers: 1, effective: 0, lagging: [{ client_id: 'orders', instance: 'a' }] }
const gone = { error: 'No revocation with that sequence is alive.' }

t.test('waiting ends well when every token that the revocation covered has expired', async t => {
  const ended = { reach: null, text: /Every token that it covered has expired/, exitCode: 0 }
  t.match(await followReach(serviceThat([200, lagging], [200, lagging], [404, gone]), { seq: 7, wait: 30 }), ended)
  t.match(await followReach(serviceThat([404, gone]), { seq: 7, wait: 30, isKnown: true }), ended, 'at once, after revoking')
})

t.test('a number that nobody knows of, and a service that is away, are no such end', async t => {
  await t.rejects(followReach(serviceThat([404, gone]), { seq: 7, wait: 30 }), { message: /cannot be told: No revocation/ })
  const away = serviceThat([200, lagging], [503, { error: 'Not now.' }])
  await t.rejects(followReach(away, { seq: 7, wait: 30 }), { message: /cannot be told: Not now\./ })
})
