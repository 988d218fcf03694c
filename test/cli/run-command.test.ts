import path from 'node:path'
import t from 'tap'
import { createAdminCaller } from '../../src/cli/admin-caller.ts'
import { commands } from '../../src/cli/commands/index.ts'
import { runCommand } from '../../src/cli/run-command.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { openAdmin } from '../admin/open-admin.ts'
import { makeSigningKey } from '../support/assertions.ts'
import { openService } from '../support/service.ts'
import { secret } from '../support/secrets.ts'
import { until } from '../support/until.ts'
import { callApi, signIn, signInAnew } from '../support/users.ts'

/** A person at a terminal who types these passwords, or a script that passes this input. */
function createTestTerminal({ typed = [], input = '' }: { typed?: string[]; input?: string } = {}) {
  const answers = [...typed]
  const printed = { out: '', err: '' }
  const terminal: Terminal = {
    out: text => void (printed.out += text),
    err: text => void (printed.err += text),
    readAll: async () => input,
    askHidden: async () => answers.shift()!
  }
  return { terminal, printed }
}

const neverConnects = () => Promise.reject(new Error('connected without need'))

t.test('what is typed is told from what cannot be a command', async t => {
  const run = async (...args: string[]) => {
    const { terminal, printed } = createTestTerminal()
    return { code: await runCommand(args, { commands, terminal, connect: neverConnects }), ...printed }
  }
  for (const { name } of commands) {
    t.match(await run(...name.split(' '), '--help'), { code: 0, out: new RegExp(`^Usage: countersign ${name}`), err: '' })
  }
  t.match(await run('--help'), { code: 0, out: /clients rotate-secret/ })
  t.match(await run(), { code: 2, out: /^Usage/ })
  t.match(await run('users'), { code: 2, err: /users create, users list/ })
  t.match(await run('sign'), { code: 2, err: /no command "sign"/ })
  t.match(await run('users', 'list', '--colour'), { code: 2, out: '', err: /Unknown option '--colour'.*users list --help/ })
  t.match(await run('users', 'list', 'anna'), { code: 2, err: /1 such argument/ })
  t.match(await run('users', 'disable'), { code: 2, err: /users disable USER/ })
  t.match(await run('clients', 'create'), { code: 2, err: /--grants is missing/ })
  t.match(await run('users', 'create', '--email', 'a@b.example', '--password', 'x'), { code: 2, err: /Unknown option '--password'/ })
  t.match(await run('keys', 'remove', 'kid'), { code: 2, err: /--compromised/ })
  t.match(await run('keys', 'rotate', '--purpose', 'x'), { code: 2, err: /--purpose/ })
  t.match(await run('keys', 'rotate', '--now', '--at', '2026-12-01T09:30:00Z'), { code: 2, err: /--now or --at/ })
  t.match(await run('keys', 'rotate', '--plan', '--force'), { code: 2, err: /--plan only looks/ })
  t.match(await run('revoke', '--reason', 'x', '--user', 'y', '--timeout', '5'), { code: 2, err: /how long to --wait/ })
  t.match(await run('revoke', '--reason', 'x', '--user', 'y', '--wait', '--timeout', '1m'), { code: 2, err: /number of seconds/ })
  t.match(await run('keys', 'remove', 'kid', '--compromised', '--timeout', '5'), { code: 2, err: /how long to --wait/ })
  t.match(await run('revocations', 'reach', 'x'), { code: 2, err: /SEQ is the number/ })
  t.match(await run('revoke', '--reason', 'x'), { code: 2, err: /Say what to revoke/ })
  t.match(await run('revoke', '--reason', 'x', '--everything', '--user', 'y'), { code: 2, err: /one thing at a time/ })
  t.match(await run('revoke', '--everything'), { code: 2, err: /--reason is missing/ })
  t.match(await run('apis', 'create'), { code: 2, err: /--identifier is missing/ })
  t.match(await run('apis', 'create', '--identifier', 'urn:a', '--scopes', ' '), { code: 2, err: /--scopes needs/ })
  t.match(await run('apis', 'create', '--identifier', 'urn:a', '--token-lifetime', 'default'), { code: 2, err: /Leave --token-lifetime out/ })
  t.match(await run('apis', 'update', 'urn:a'), { code: 2, err: /Say what to change/ })
  t.match(await run('apis', 'update', 'urn:a', '--token-lifetime', '1m'), { code: 2, err: /number of seconds/ })
  t.match(await run('apis', 'update', 'urn:a', '--status-list', 'yes'), { code: 2, err: /"on" or "off"/ })
  t.match(await run('apis', 'update', 'urn:a', '--no-clients', '--client', 'x'), { code: 2, err: /given and emptied/ })
  t.match(await run('clients', 'update'), { code: 2, err: /clients update ID/ })
  t.match(await run('clients', 'update', 'a'), { code: 2, err: /Say what to change/ })
  t.match(await run('clients', 'update', 'a', '--id', 'b'), { code: 2, err: /Unknown option '--id'/ })
  t.match(await run('clients', 'update', 'a', '--scopes', ' , '), { code: 2, err: /--scopes needs at least one word/ })
  t.match(await run('clients', 'update', 'a', '--logo-uri', ''), { code: 2, err: /--logo-uri is empty. Say --no-logo-uri for none/ })
  t.match(await run('clients', 'update', 'a', '--audience', 'x', '--audience', ''), { code: 2, err: /Say --no-audience for none/ })
  for (const both of [['--trusted', '--no-trusted'], ['--pkce', '--no-pkce'], ['--no-scopes', '--scopes', 'x'], ['--contact', 'x', '--no-contact']]) {
    t.match(await run('clients', 'update', 'a', ...both), { code: 2, err: /cannot be given and taken back at once/ }, both.join(' '))
  }
  t.match(await run('users', 'list'), { code: 1, out: '', err: 'countersign: connected without need\n' })
})

t.test('each command does its act through the admin API', async t => {
  const opened = await openService(t, { store: 'embedded' })
  const { app, service } = opened
  const { admin, token } = await openAdmin(t, opened)
  let open = 0
  const connect = async () => {
    open++
    return createAdminCaller({
      token,
      async send({ method, path, headers, body }) {
        const answer = await admin.inject({ method, url: path, headers, ...(body && { payload: body }) })
        return { status: answer.statusCode, body: answer.body }
      },
      async close() { open-- }
    })
  }
  const run = async (args: string[], person = {}) => {
    const { terminal, printed } = createTestTerminal(person)
    const code = await runCommand(args, { commands, terminal, connect })
    t.equal(open, 0, 'nothing is left open')
    return { code, ...printed, json: () => JSON.parse(printed.out) as Record<string, string> }
  }

  t.test('users', async t => {
    const password = secret('typed without echo')
    t.match(await run(['users', 'create', '--email', 'anna@example.com', '--role', 'admin'], { typed: [password, password] }), {
      code: 0, out: /^Made the user anna@example.com with the id usr_/
    })
    const user = await signIn(app, { id: '', email: 'anna@example.com', password })
    t.match(await run(['users', 'create', '--email', 'b@example.com'], { typed: [password, 'another'] }), { code: 1, err: /differ/ })
    t.match(await run(['users', 'create', '--email', 'b@example.com', '--password-stdin'], { input: 'short' }), {
      code: 1, out: '', err: /8 to 256/
    })
    const made = await run(['users', 'create', '--email', 'b@example.com', '--password-stdin', '--json'], { input: password })
    t.match(made.json(), { email: 'b@example.com', role: 'user' })
    t.match((await run(['users', 'list'])).out, /^ID +EMAIL +ROLE +NAME +STATE +SINCE\nusr_\S+ +anna@example.com +admin +- +enabled/)
    t.match(await run(['users', 'list', '--limit', 'x']), { code: 1, err: /limit/ })
    t.match(await run(['users', 'set', 'anna@example.com', '--name', 'Anna', '--email-verified', 'true', '--claim', 'given_name=Anna', '--claim',
      'phone_number_verified=false', '--claim', 'address.locality=Bern', '--claim', 'address.country=CH', '--claim', 'website=https://a.example/?b=c']),
    { code: 0, out: 'What is said of anna@example.com is set.\n' })
    const known = JSON.parse((await run(['users', 'set', 'anna@example.com', '--claim', 'website=', '--name', '', '--json'])).out) as object
    t.match(known, {
      name: null, email_verified: true,
      claims: { given_name: 'Anna', phone_number_verified: false, address: { locality: 'Bern', country: 'CH' }, website: undefined }
    })
    t.match(await run(['users', 'set', 'anna@example.com', '--claim', 'birthdate=x']), { code: 1, err: /claim birthdate/ })
    for (const wrong of [[], ['--email-verified', 'yes'], ['--claim', 'given_name'], ['--claim', '=x'], ['--claim', 'phone_number_verified=x']]) {
      t.match(await run(['users', 'set', 'anna@example.com', ...wrong]), { code: 2 }, wrong.join(' '))
    }
    t.match(await run(['users', 'disable', 'anna@example.com']), { code: 0, out: /is disabled/ })
    t.equal((await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).statusCode, 401)
    t.match(await run(['users', 'enable', 'anna@example.com', '--json']), { code: 0, out: /"disabledAt":null/ })
    const changed = secret('another good password')
    t.match(await run(['users', 'set-password', 'anna@example.com', '--password-stdin'], { input: changed }), { code: 0 })
    await t.resolves(signIn(app, { ...user, password: changed }))
    t.match(await run(['users', 'disable', 'nobody@example.com']), { code: 1, err: /no user/ })
  })

  t.test('clients', async t => {
    const made = await run(['clients', 'create', '--id', 'orders', '--grants', 'client_credentials', '--scopes', 'revocations:read', '--json'])
    t.strictSame(Object.keys(made.json()), ['client_id', 'client_secret'])
    t.match((await run(['clients', 'list'])).out, /\norders +orders +client_credentials +revocations:read +the issuer +confidential/)
    t.match((await run(['clients', 'rotate-secret', 'orders'])).out, /client_secret {2}cs_secret_\S+\n\nKeep/)
    t.match(await run(['clients', 'create', '--grants', 'authorization_code refresh_token', '--public', '--redirect-uri', 'https://a.example/cb',
      '--redirect-uri', 'http://127.0.0.1/cb', '--audience', 'one', '--audience', 'two', '--name', 'App']), { code: 0, out: /^client_id {2}client_/ })
    t.match((await service.stores.clients.list()).at(-1), {
      name: 'App', audience: ['one', 'two'], redirectUris: ['https://a.example/cb', 'http://127.0.0.1/cb'], authMethods: ['none']
    })
    const { jwk } = await makeSigningKey()
    const options = {
      '--id': 'shop', '--grants': 'authorization_code', '--redirect-uri': 'com.example.shop:/cb', '--post-logout-redirect-uri': 'com.example.shop:/bye',
      '--back-channel-logout-uri': 'http://10.0.0.7/logout', '--auth-method': 'private_key_jwt', '--jwks': '-', '--sector': 'shop.example',
      '--client-uri': 'https://shop.example/', '--logo-uri': 'https://shop.example/logo', '--policy-uri': 'https://shop.example/policy',
      '--tos-uri': 'https://shop.example/tos', '--contact': 'ops@shop.example'
    }
    const switches = ['--no-pkce', '--native', '--trusted', '--pairwise', '--sign-userinfo', '--endpoint-audience', '--logout-session']
    const create = (changes: object, more = switches, input = JSON.stringify({ keys: [jwk] })) =>
      run(['clients', 'create', ...Object.entries({ ...options, ...changes }).flat(), ...more], { input })
    t.match(await create({}), { code: 0, out: 'client_id  shop\n', err: '' })
    t.strictSame((await service.stores.clients.find('shop'))!.profile, {
      applicationType: 'native', requirePkce: false, isTrusted: true, subjectType: 'pairwise', sectorIdentifier: 'shop.example', jwks: { keys: [jwk] },
      acceptsEndpointAudience: true, userinfoSignedResponseAlg: 'RS256', backchannelLogoutSessionRequired: true, clientUri: 'https://shop.example/',
      logoUri: 'https://shop.example/logo', policyUri: 'https://shop.example/policy', tosUri: 'https://shop.example/tos', contacts: ['ops@shop.example']
    })
    t.match(await service.stores.clients.find('shop'), {
      postLogoutRedirectUris: ['com.example.shop:/bye'], backchannelLogoutUri: 'http://10.0.0.7/logout', authMethods: ['private_key_jwt']
    })
    const file = path.join(t.testdir({ 'key.json': JSON.stringify(jwk) }), 'key.json')
    t.match(await create({ '--id': 'one-key', '--jwks': file }), { code: 0 }, 'one key stands for a set')
    t.match(await create({ '--id': 'x', '--jwks': `${file}.gone` }), { code: 1, err: /cannot be read: ENOENT/ })
    t.match(await create({ '--id': 'x' }, switches, 'no JSON'), { code: 1, err: /not JSON/ })
    t.match(await create({ '--id': 'x' }, switches, JSON.stringify({ ...jwk, d: 'AA' })), { code: 1, err: /private or secret key; keep it to the client/ })
    t.match(await create({ '--id': 'x', '--auth-method': 'mtls' }), { code: 1, err: /client_secret_basic, client_secret_post, private_key_jwt, none/ })
    t.match(await create({ '--id': 'x' }, switches.filter(each => each !== '--native')), { code: 1, err: /private scheme, which only a native/ })
    t.match(await create({ '--id': 'x' }, [...switches, '--public']), { code: 1, err: /proves nothing/ })
    t.match((await run(['clients', 'show', 'shop'])).out, /^client_id +shop\n[^]*redirect_uris +com.example.shop:\/cb\n[^]*require_pkce +false\n/)
    t.match((await run(['clients', 'show', 'shop', '--json'])).json(), { subject_type: 'pairwise', trusted: true })
    t.match(await run(['clients', 'show', 'nobody']), { code: 1, err: /no client/ })
    t.match(await run(['clients', 'create', '--id', 'orders', '--grants', 'client_credentials']), { code: 1, err: /exists already/ })
    const update = async (...args: string[]) => run(['clients', 'update', 'shop', ...args], { input: JSON.stringify({ keys: [jwk] }) })
    const shop = async () => (await service.stores.clients.find('shop'))!
    const before = await shop()
    t.match(await update('--name', 'The shop', '--redirect-uri', 'https://shop.example/cb', '--redirect-uri', 'com.example.shop:/cb'),
      { code: 0, out: 'Changed the client shop.\n', err: '' })
    t.same(await shop(), { ...before, name: 'The shop', redirectUris: ['https://shop.example/cb', 'com.example.shop:/cb'] })
    t.match(await update('--redirect-uri', 'javascript:alert(1)'), { code: 1, out: '', err: /A redirect URI is refused/ })
    t.match(await update('--no-jwks'), { code: 1, err: /private_key_jwt needs the public keys/ })
    t.match(await update('--no-sector'), { code: 1, err: /subjects need a sector identifier/ })
    t.match(await update('--no-pairwise', '--no-sector'), { code: 1, err: /another sub/ })
    t.match(await update('--scopes', 'orders:read, orders:write', '--audience', 'one', '--audience', 'two', '--grants', 'authorization_code refresh_token',
      '--jwks-uri', 'https://shop.example/jwks', '--no-jwks', '--contact', 'it@shop.example', '--no-trusted', '--pkce', '--no-back-channel-logout-uri',
      '--no-logout-session', '--no-post-logout-redirect-uri', '--no-native', '--redirect-uri', 'https://shop.example/cb', '--no-endpoint-audience',
      '--no-sign-userinfo', '--no-client-uri', '--no-logo-uri', '--no-policy-uri', '--no-tos-uri'), { code: 0, err: '' })
    t.match(await shop(), {
      scopes: ['orders:read', 'orders:write'], audience: ['one', 'two'], grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: ['https://shop.example/cb'], postLogoutRedirectUris: [], backchannelLogoutUri: undefined
    })
    t.strictSame((await shop()).profile, {
      subjectType: 'pairwise', sectorIdentifier: 'shop.example', jwksUri: 'https://shop.example/jwks', contacts: ['it@shop.example']
    })
    t.match(await update('--no-scopes', '--no-audience', '--no-contact', '--jwks', '-', '--no-jwks-uri', '--native'), { code: 0 })
    t.match(await shop(), { scopes: [], audience: [], profile: { jwks: { keys: [jwk] }, applicationType: 'native' } })
    t.match(await update('--public'), { code: 0, out: /^Changed the client shop\.\nIt is public from now on: .* ended with revocation \d+\.\n$/ })
    t.equal((await update('--public', '--json')).out, '{"client_id":"shop"}\n', 'it was so already')
    t.match(await update('--no-public', '--no-jwks'), {
      code: 0, out: /^Changed the client shop\.\n\nclient_id {6}shop\nclient_secret {2}cs_secret_\S+\n\nKeep the secret now/
    })
    t.match(await update('--auth-method', 'client_secret_post', '--json'), { code: 0, out: '{"client_id":"shop"}\n' })
    t.match(await run(['clients', 'update', 'nobody', '--trusted']), { code: 1, err: /no client/ })
    t.match(await run(['clients', 'update', 'countersign', '--trusted']), { code: 1, err: /built-in/ })
    t.match(await run(['clients', 'delete', 'orders']), { code: 0, out: /^Deleted the client orders/ })
    t.match(await run(['clients', 'delete', 'countersign']), { code: 1, err: /built-in/ })
  })

  t.test('apis', async t => {
    await run(['clients', 'create', '--id', 'shop', '--grants', 'client_credentials'])
    const identifier = 'https://orders.example/v1'
    t.match(await run(['apis', 'create', '--identifier', identifier, '--name', 'Orders', '--scopes', 'orders:read orders:write',
      '--token-lifetime', '300', '--client', 'shop', '--status-list', 'on']), { code: 0, out: `Registered the API ${identifier}.\n` })
    t.match((await run(['apis', 'list'])).out,
      /^IDENTIFIER +NAME +SCOPES +LIFETIME +STATUS LIST +CLIENTS +SINCE\nhttps:\/\/orders\.example\/v1 +Orders +orders:read orders:write +300 +on +shop +\d{4}-/)
    t.match(await run(['apis', 'update', identifier, '--name', 'Old orders', '--no-clients', '--token-lifetime', 'default']), { code: 0, out: /^Changed/ })
    t.match((await run(['apis', 'list', '--json'])).json(), [
      { identifier, name: 'Old orders', scope: 'orders:read orders:write', token_lifetime: null, clients: [], status_list: true }
    ])
    t.match(await run(['apis', 'update', identifier, '--client', 'shop', '--no-scopes', '--token-lifetime', '60', '--status-list', 'off', '--json']), { code: 0 })
    t.match(await service.stores.apis.list(), [{ clients: ['shop'], scopes: [], tokenLifetime: 60, statusList: false }])
    t.match(await run(['apis', 'update', identifier, '--client', 'nobody']), { code: 1, err: /does not exist/ })
    t.match(await run(['apis', 'create', '--identifier', 'orders']), { code: 1, err: /not an absolute URI/ })
    t.match(await run(['apis', 'delete', identifier]), { code: 0, out: `Deleted the API ${identifier}.\n` })
    t.match(await run(['apis', 'delete', identifier]), { code: 1, err: /no API/ })
  })

  t.test('keys, revocations and the audit trail', async t => {
    const user = await signInAnew(app, service)
    t.match(await run(['revoke', '--token', '-', '--reason', 'leaked', '--json'], { input: user.accessToken }), {
      code: 0, out: /"target":"token"/
    })
    t.match(await run(['revoke', '--email', user.email, '--reason', 'drill']), { code: 0, out: /^Revoked: user usr_/ })
    t.match(await run(['revoke', '--session', 'none', '--reason', 'drill']), { code: 1, err: /nothing here/ })
    t.match((await run(['keys', 'list'])).out, /access tokens +signing[^]+refresh tokens +standby/)
    t.match(await run(['keys', 'rotate']), { code: 0, out: /signs from/ })
    const { kid } = (await run(['keys', 'rotate', '--force', '--json'])).json()
    t.match(await run(['keys', 'remove', '--compromised', '--', kid!]), { code: 0, out: /^Removed the key/ })
    t.match(await run(['keys', 'reseal']), { code: 0, out: 'Sealed 0 key(s) anew.\n' })
    t.match(await run(['revoke', '--everything', '--reason', 'drill']), { code: 0, out: /^Revoked: everything/ })
    t.match((await run(['audit', 'list', '--limit', '1'])).out, /revocation\/issuer +admin +\S+ +.*reason=drill/)
    t.match((await run(['audit', 'list', '--json', '--subject', user.id])).json(), [{ kind: 'revocation/user' }])
  })

  t.test('verifiers, and waiting for them', async t => {
    const { verifiers, journal, clients } = service.stores
    const name = { clientId: (await clients.list()).find(({ id }) => id !== 'countersign')!.id, instance: 'orders-7f9c' }
    const acknowledge = async (kids?: string[]) => {
      const { seq, hash } = await journal.head()
      await verifiers.acknowledge([{
        ...name, seq, hash: hash.subarray(0, 12).toString('base64url'), kids, maxStaleness: 5, whenStale: 'accept'
      }])
    }
    const revoke = async (...more: string[]) => run(['revoke', '--user', (await signInAnew(app, service)).id, '--reason', 'drill', ...more])
    t.match(await revoke('--wait'), { code: 0, out: /as number \d+ of the journal\.\nEffective in the service; no verifier follows the feed\.\n$/ })

    await acknowledge(['an old one'])
    const late = await revoke('--wait', '--timeout', '1')
    t.match(late, { code: 3, out: /Not yet everywhere: effective at 0 of 1 verifiers\. These lag:\n\nCLIENT +INSTANCE/ })
    t.match(late.out, new RegExp(`\n${name.clientId} +orders-7f9c +\\d+ +1 +\\d{4}-\\S+ \\S+Z +-\n$`), 'by how much')
    const [, seq] = /as number (\d+)/.exec(late.out)!
    t.match(await run(['revocations', 'reach', seq!]), { code: 0, out: /Not yet everywhere/ }, 'who only looks has not failed')
    t.match((await run(['verifiers', 'list'])).out, /^The journal stands at \d+\.\n\nCLIENT[^\n]+\n\S+ +orders-7f9c +lagging +\d+ +\S+ \S+ +5 +accept +1\n$/)

    const waiting = revoke('--wait', '--json')
    const before = (await journal.head()).seq
    await until('it is revoked', async () => (await journal.head()).seq > before)
    await acknowledge()
    t.match(JSON.parse((await waiting).out), { target: 'user', seq: Number, reach: { verifiers: 1, effective: 1, since: String, lagging: [] } })
    t.match(await run(['revocations', 'reach', seq!, '--wait']), { code: 0, out: /^Effective at 1 of 1 verifiers since \d{4}-\S+Z, p99 \d+ ms\.\n$/ })
    t.match(await run(['revocations', 'reach', '999999']), { code: 1, err: /reach|cannot be told: No revocation/ })

    t.match(await run(['keys', 'rotate', '--plan']), {
      code: 0, out: /^Signs now +\S{43}\nTakes over +\S{43}\n[^]+Earliest safe moment +not before every verifier[^]+lack the new key:\n\nCLIENT[^]+orders-7f9c/
    })
    t.match(await run(['keys', 'rotate']), { code: 1, err: /orders-7f9c is without the key/ })
    t.match(await run(['keys', 'rotate', '--now']), { code: 1, err: /may lack the key until/ })
    const kid = (await run(['keys', 'rotate', '--plan', '--json'])).json()['standby']!
    await acknowledge([kid])
    t.match((await run(['keys', 'rotate', '--plan'])).out, /Earliest safe moment +\d{4}-[^\n]+\nAfter that the last old token ends +\d{4}-[^\n]+\n$/)
    t.match(await run(['keys', 'remove', '--compromised', '--wait', '--timeout', '1', '--', kid]), {
      code: 3, out: /^Removed the key \S+; its tokens ended with revocation \d+\.\nNot yet everywhere/
    })

    t.match(await run(['verifiers', 'remove', name.clientId, name.instance]), { code: 0, out: /^Nobody waits for \S+ orders-7f9c any more\.\n$/ })
    t.match(await run(['verifiers', 'remove', name.clientId, name.instance]), { code: 1, err: /no verifier/ })
  })

  t.test('a wrong admin token says where the right one is', async t => {
    const { terminal, printed } = createTestTerminal()
    const caller = createAdminCaller({
      token: 'wrong', close: async () => undefined,
      async send({ path, headers }) {
        const answer = await admin.inject({ url: path, headers })
        return { status: answer.statusCode, body: answer.body }
      }
    })
    t.equal(await runCommand(['keys', 'list'], { commands, terminal, connect: async () => caller }), 1)
    t.match(printed.err, /KEYS_DIR or ADMIN_TOKEN_FILE/)
  })
})
