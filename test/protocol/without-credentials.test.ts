import t from 'tap'
import { withoutCredentials } from '../../src/protocol/without-credentials.ts'

t.test('of a URL the host stays, and nothing of what stands before it', async t => {
  const cases: Array<[told: string, kept: string]> = [
    ['postgresql://me:hidden@db.example:5432/name', 'postgresql://…@db.example:5432/name'],
    ['redis://:hidden@cache.example:6379', 'redis://…@cache.example:6379'],
    ['https://hidden@db.example/', 'https://…@db.example/'],
    ['postgresql://me:hid@den@db.example/name', 'postgresql://…@db.example/name'],
    ['a postgresql://me:hidden@one.example and redis://:hidden@two.example', 'a postgresql://…@one.example and redis://…@two.example']
  ]
  for (const [told, kept] of cases) t.equal(withoutCredentials(`no answer from ${told}`), `no answer from ${kept}`)
})

t.test('what is no such URL stays as it is', async t => {
  for (const text of ['connect ECONNREFUSED 127.0.0.1:5432', 'https://id.example.com/a@b', 'write to ops@example.com']) {
    t.equal(withoutCredentials(text), text)
  }
})
