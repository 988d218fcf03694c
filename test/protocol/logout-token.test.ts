import t from 'tap'
import { buildLogoutTokenClaims } from '../../src/protocol/logout-token.ts'
import { isTriedAgain, noticeDelays } from '../../src/protocol/notice-schedule.ts'

t.test('O180: a logout token names issuer, client, user and session, says that it is one, and lives for two minutes', async t => {
  const claims = buildLogoutTokenClaims({
    issuer: 'https://id.example.com', clientId: 'app', subject: 'usr_1', sessionId: 'ses_1', jti: 'unique', issuedAt: 1000
  })
  t.strictSame(claims, {
    iss: 'https://id.example.com', sub: 'usr_1', aud: 'app', iat: 1000, exp: 1120, jti: 'unique',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, sid: 'ses_1'
  })
})

t.test('a notice is tried eight times within about an hour, ever more rarely', async t => {
  t.strictSame([1, 7, 8, 9].map(isTriedAgain), [true, true, false, false])
  t.strictSame(noticeDelays, noticeDelays.toSorted((a, b) => a - b))
  const total = noticeDelays.reduce((sum, delay) => sum + delay, 0)
  t.ok(total > 3000 && total < 4000)
  t.ok(noticeDelays[0]! > 5, 'the first delay is longer than a request may take')
})
