import path from 'node:path'
import t from 'tap'
import { startInstance, type Instance } from '../support/instance.ts'
import { secret } from '../support/secrets.ts'
import { until } from '../support/until.ts'
import { call, me, refresh, signIn, signOut, type Tokens } from './caller.ts'
import type { TestUser } from './stage.ts'

/** The embedded service ends, in order or killed, and goes on where it stopped. */

function startEmbedded(folder: string): Promise<Instance> {
  return startInstance({
    DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), REGISTRATION: 'open',
    ISSUER: 'http://127.0.0.1:3000', SIGN_IN_LIMIT_PER_IP: '100000',
    // Asks every library that knows the word to print what it does.
    DEBUG: '*'
  })
}

async function register(instance: Instance): Promise<TestUser> {
  const user = { id: '', email: 'someone@example.com', password: secret('correct horse battery') }
  const { status } = await call(instance, '/api/auth/register', { json: { email: user.email, password: user.password } })
  if (status !== 201) throw new Error(`registering was answered ${status}`)
  return user
}

t.test('embedded, on one folder', async t => {
  const folder = t.testdir()
  let instance = await startEmbedded(folder)
  t.teardown(() => instance.kill())
  const user = await register(instance)
  const revoked = { status: 401, body: { code: 'TOKEN_REVOKED' } }

  await t.test('DEBUG=* lets no library print what statements hold', async t => {
    await signIn(instance, user)
    t.notMatch(instance.output(), user.email)
    t.notMatch(instance.output(), 'argon2id')
  })

  await t.test('a start after an orderly end goes on where the last one stopped', async t => {
    const kept = await signIn(instance, user)
    const ended = await signIn(instance, user)
    await signOut(instance, ended.refreshToken)
    t.equal(await instance.stop(), 0)
    instance = await startEmbedded(folder)
    t.match(await me(instance, ended.accessToken), revoked)
    t.equal((await me(instance, kept.accessToken)).status, 200, 'signed with a key that is still there')
    t.equal((await me(instance, (await refresh(instance, kept.refreshToken)).accessToken)).status, 200)
  })

  await t.test('a kill -9 loses no acknowledged revocation and no acknowledged rotation', async t => {
    const sessions: Tokens[] = []
    for (let made = 0; made < 12; made++) sessions.push(await signIn(instance, user))
    const rotated = await refresh(instance, sessions.pop()!.refreshToken)
    const acknowledged: Tokens[] = []
    const burst = sessions.map(tokens =>
      signOut(instance, tokens.refreshToken).then(() => void acknowledged.push(tokens), () => undefined))
    await until('some are acknowledged', () => acknowledged.length >= 4)
    await instance.kill()
    await Promise.all(burst)
    instance = await startEmbedded(folder)
    for (const { accessToken } of acknowledged) t.match(await me(instance, accessToken), revoked)
    t.equal((await me(instance, (await refresh(instance, rotated.refreshToken)).accessToken)).status, 200)
  })
})
