import t from 'tap'
import { termsOf } from '../../src/clients/change-draft.ts'
import { runProcess } from '../cli/run-process.ts'
import { authorizeUrl, callback } from '../support/authorization.ts'
import type { Instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { call, refresh, serviceToken, signIn } from './caller.ts'
import { setStage, skip } from './stage.ts'

/** An operator changes a client while two instances serve it, in a process that is neither of them. */

t.test('client changes', { skip }, async t => {
  const stage = await setStage(t)
  const instances = await stage.startTwo()
  const web = { id: 'web', secret: '' }
  const environment = { ...stage.environment, PORT: '0', ADMIN_PORT: '0' }
  const countersign = async (...args: string[]) => {
    const ended = await runProcess(['clients', ...args, '--json'], environment)
    if (ended.code !== 0) throw new Error(ended.err)
    return JSON.parse(ended.out) as Record<string, unknown>
  }
  await countersign('create', '--id', web.id, '--grants', 'authorization_code', '--public', '--redirect-uri', callback)

  const authorize = async ({ url }: Instance, redirectUri: string): Promise<number> =>
    (await fetch(url + authorizeUrl(web, { redirect_uri: redirectUri }), { redirect: 'manual' })).status
  const everywhere = async (redirectUri: string, status: number) =>
    (await Promise.all(instances.map(instance => authorize(instance, redirectUri)))).every(each => each === status)

  /** Waits two seconds at most, the time that an instance may take, and says how long it was. */
  async function within2s(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const begun = performance.now()
    await until(what, isSo, 2000)
    t.comment(`${what}: after ${Math.round(performance.now() - begun)} ms`)
  }

  /** Returns as soon as it is committed, where a command has to end first. */
  async function moveTo(redirectUri: string): Promise<void> {
    const before = termsOf((await stage.stores.clients.find(web.id))!)
    const after = { ...before, redirectUris: [redirectUri] }
    const change = { clientId: web.id, before, after, secretHash: undefined, endReason: undefined, actor: 'test' }
    t.ok(await stage.stores.clientChanges.change(change))
  }

  await t.test('a redirect URI that was taken away is refused by each instance within two seconds, Redis or not', async t => {
    const [first, second, third] = [callback, 'https://app.example.com/second', 'https://app.example.com/third']
    await until('both know the client', () => everywhere(first, 303), 2000)
    await moveTo(second)
    await within2s('the first is refused', () => everywhere(first, 400))
    t.equal(await everywhere(second, 303), true)
    await stage.redis.kill()
    await moveTo(third)
    await within2s('the second is refused with Redis away', () => everywhere(second, 400))
    await stage.redis.restart()
  })

  await t.test('of changes by several commands at once none is lost', async t => {
    const changes = [['--name', 'Anew'], ['--redirect-uri', callback], ['--trusted'], ['--logo-uri', 'https://app.example.com/logo'], ['--scopes', 'orders:read']]
    await Promise.all(changes.map(change => countersign('update', web.id, ...change)))
    t.match(await stage.stores.clients.find(web.id), {
      name: 'Anew', scopes: ['orders:read'], redirectUris: [callback], profile: { isTrusted: true, logoUri: 'https://app.example.com/logo' }
    })
  })

  await t.test('a service whose client becomes public has lost its tokens on each instance, and nobody else has', async t => {
    const [one, two] = instances
    const { client } = stage
    const user = await signIn(one, await stage.addUser())
    const bearer = await serviceToken(one, client)
    const lookup = (instance: Instance) => call(instance, '/revocations/lookup', { bearer, json: { tokens: [bearer] } })
    for (const instance of instances) t.equal((await lookup(instance)).status, 200)
    await countersign('update', client.id, '--public', '--grants', 'refresh_token', '--no-scopes')
    await within2s('its token is refused', async () => (await Promise.all(instances.map(lookup))).every(({ status }) => status === 401))
    await t.resolves(refresh(two, user.refreshToken))
  })
})
