import type { FastifyInstance } from 'fastify'
import { compactVerify, createLocalJWKSet, SignJWT, type JSONWebKeySet } from 'jose'
import type { Service } from '../../src/compose.ts'
import { isOidcScope } from '../../src/protocol/scope.ts'
import { assertionForm, makeAssertion, makeSigningKey, type SigningKey } from './assertions.ts'
import {
  authorizeUrl, callback, createVisitor, createWebClient, formsOf, makeProofKey, obtainCode, obtainTokens, redeemCode, responseOf, settle,
  walk, type CodeTokens, type RequestChanges
} from './authorization.ts'
import { basic, clientToken, createClient, createGrant, postForm, type TestClient } from './clients.ts'
import { secret } from './secrets.ts'
import { callApi, claimsOf, signInAnew, type SignedInUser } from './users.ts'

/**
 * Each list of the metadata document put to use: whether a value of it works, advertised or not. What is asked is always the
 * service itself, never its tables.
 */

export type Use = (value: string) => Promise<boolean>

export interface MetadataUses {
  lists: Record<string, Use>
  /** Every claim that was told when all were asked for. */
  told: Record<string, unknown>
}

const everyClaim = {
  given_name: 'Ada', family_name: 'Lovelace', middle_name: 'King', nickname: 'Ada', preferred_username: 'ada', profile: 'https://ada.example/',
  picture: 'https://ada.example/p.png', website: 'https://ada.example/', gender: 'female', birthdate: '1815-12-10', zoneinfo: 'Europe/London',
  locale: 'en-GB', phone_number: '+442079460000', phone_number_verified: true, address: { locality: 'London' }
}

export async function createMetadataUses(app: FastifyInstance, service: Service, advertised: Record<string, string[]>): Promise<MetadataUses> {
  const user = await signInAnew(app, service)
  await service.stores.profiles.set(user.id, { name: 'Ada Lovelace', emailVerified: true, claims: everyClaim }, 'admin')
  const [client, visitor] = [await createWebClient(service), createVisitor(app)]
  await walk(visitor, authorizeUrl(client), user)
  const { issuer } = service.config
  const obtain = (changes: RequestChanges, of = client): Promise<CodeTokens> => obtainTokens(app, { client: of, user, visitor, changes })
  const ask = async (changes: RequestChanges) => settle(visitor, await visitor.get(authorizeUrl(client, changes)))
  const register = createRegister(app)
  const told = await tellAll(app, obtain, Object.keys(everyClaim))
  const jwks = createLocalJWKSet((await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>())
  const isSigned = async (jwt: string, algorithm: string) => (await compactVerify(jwt, jwks)).protectedHeader.alg === algorithm

  return {
    told,
    lists: {
      response_types_supported: async value => responseOf(await ask({ response_type: value }))['code'] !== undefined,
      response_modes_supported: async value => {
        const { statusCode, body, headers: { location = '' } } = await ask({ response_mode: value })
        if (value === 'query') return new URL(location).searchParams.has('code')
        return value === 'form_post' ? statusCode === 200 && body.includes('name="code"') : /[?&#]code=|name="code"/.test(location + body)
      },
      code_challenge_methods_supported: value => usesChallenge(value, changes => visitor.get(authorizeUrl(client, changes)), proof => redeemCode(app, client, proof)),
      prompt_values_supported: async value => {
        const answer = await ask({ prompt: value })
        const form = { login: 'sign-in', consent: 'consent', select_account: 'select-account' }[value]
        return form === undefined ? responseOf(answer)['code'] !== undefined : formsOf(answer)[form] !== undefined
      },
      ui_locales_supported: async value => {
        const stranger = createVisitor(app)
        return (await settle(stranger, await stranger.get(authorizeUrl(client, { ui_locales: value })))).body.includes(`<html lang="${value}">`)
      },
      scopes_supported: async value => {
        if (isOidcScope(value)) return (await obtain({ scope: value === 'openid' ? value : `openid ${value}`, prompt: 'consent' })).scope.split(' ').includes(value)
        if (!advertised['scopes_supported']!.includes(value)) return responseOf(await ask({ scope: `openid ${value}` }))['error'] !== 'invalid_scope'
        return claimsOf(await clientToken(app, await createClient(service, { scopes: [value] }), value))['scope'] === value
      },
      subject_types_supported: async value => {
        const registered = await register({ subject_type: value })
        if (registered === undefined) return false
        const { sub } = claimsOf((await obtain({}, registered)).id_token)
        return value === 'public' ? sub === user.id : value === 'pairwise' && sub !== user.id
      },
      id_token_signing_alg_values_supported: async value => {
        const registered = await register({ id_token_signed_response_alg: value })
        return registered !== undefined && isSigned((await obtain({}, registered)).id_token, value)
      },
      userinfo_signing_alg_values_supported: async value => {
        const registered = await register({ userinfo_signed_response_alg: value })
        if (registered === undefined) return false
        return isSigned((await callApi(app, 'GET /oauth/userinfo', { token: (await obtain({}, registered)).access_token })).body, value)
      },
      acr_values_supported: async value => {
        const claims = JSON.stringify({ id_token: { acr: { essential: true, value } } })
        const answer = await walk(visitor, authorizeUrl(client, { claims }), user)
        return responseOf(answer)['code'] !== undefined && claimsOf((await obtain({ claims })).id_token)['acr'] === value
      },
      claims_supported: async value => value in told,
      grant_types_supported: createUseOfGrants(app, service, user),
      ...createUsesOfProofs(app, { service, issuer, register, user })
    }
  }
}

type Register = (metadata: object) => Promise<TestClient | undefined>

/** Undefined where it was refused. Each from an address of its own: registrations are counted. */
function createRegister(app: FastifyInstance): Register {
  let place = 0
  return async metadata => {
    const answer = await callApi(app, 'POST /oauth/register', {
      body: { redirect_uris: [callback], client_name: 'Registered', ...metadata }, remoteAddress: `2001:db8:0:${(place++).toString(16)}::1`
    })
    if (answer.statusCode !== 201) return undefined
    const { client_id: id, client_secret: made = '' } = answer.json<{ client_id: string; client_secret?: string }>()
    return { id, secret: made === '' ? '' : secret(made) }
  }
}

/** All claims by name and by the scope openid alone, from both places where they are told. */
async function tellAll(app: FastifyInstance, obtain: (changes: RequestChanges) => Promise<CodeTokens>, names: string[]): Promise<Record<string, unknown>> {
  const all = Object.fromEntries([...names, 'name', 'email', 'email_verified', 'updated_at', 'groups', 'roles'].map(name => [name, null]))
  const { access_token: token, id_token: idToken } = await obtain({ nonce: 'n-1', claims: JSON.stringify({ userinfo: all, id_token: all }) })
  return { ...claimsOf(idToken), ...(await callApi(app, 'GET /oauth/userinfo', { token })).json<object>() }
}

type Get = (changes: RequestChanges) => ReturnType<typeof redeemCode>

async function usesChallenge(method: string, get: Get, redeem: (proof: { code: string; verifier: string }) => ReturnType<typeof redeemCode>): Promise<boolean> {
  const { verifier, challenge } = makeProofKey()
  const { code } = responseOf(await get({ code_challenge: method === 'S256' ? challenge : verifier, code_challenge_method: method }))
  return code !== undefined && (await redeem({ code, verifier })).statusCode === 200
}

function createUseOfGrants(app: FastifyInstance, service: Service, user: SignedInUser): Use {
  return async value => {
    const client = await createClient(service, { grantTypes: [value], redirectUris: [callback] })
    const forms: Record<string, () => Promise<Record<string, string>>> = {
      authorization_code: async () => {
        const { code, verifier } = await obtainCode({ client, user, visitor: createVisitor(app) })
        return { code, code_verifier: verifier }
      },
      client_credentials: async () => ({}),
      refresh_token: async () => ({ refresh_token: (await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId })).refreshToken })
    }
    const form = { grant_type: value, ...await forms[value]?.() }
    const answer = await postForm(app, { url: '/oauth/token', client, form })
    return value in forms ? answer.statusCode === 200 : answer.json<{ error?: string }>().error !== 'unsupported_grant_type'
  }
}

interface ProofOptions {
  service: Service
  issuer: string
  register: Register
  user: SignedInUser
}

/** The methods by which a client says who it is, and the algorithms of its assertions, at each of the endpoints. */
function createUsesOfProofs(app: FastifyInstance, { service, issuer, register, user }: ProofOptions): Record<string, Use> {
  const keys = new Map<string, Promise<SigningKey>>()
  const keyFor = (algorithm: string) => keys.get(algorithm) ?? keys.set(algorithm, makeSigningKey(algorithm)).get(algorithm)!

  const works = async (endpoint: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<boolean> =>
    (await postForm(app, { url: `/oauth/${endpoint}`, form: { token: 'x', ...form }, headers })).statusCode === 200

  async function useMethod(endpoint: string, method: string): Promise<boolean> {
    const key = await keyFor('ES256')
    const client = await createClient(service, { authMethods: [method], ...method === 'private_key_jwt' && { profile: { jwks: { keys: [key.jwk] } } } })
    const { refreshToken } = await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId })
    const grant = endpoint === 'token' ? { grant_type: 'refresh_token', refresh_token: refreshToken } : {}
    switch (method) {
      case 'client_secret_basic': return works(endpoint, grant, { authorization: basic(client) })
      case 'client_secret_post': return works(endpoint, { ...grant, client_id: client.id, client_secret: client.secret })
      case 'private_key_jwt': return works(endpoint, { ...grant, ...assertionForm(await makeAssertion({ clientId: client.id, audience: issuer, key })) })
      case 'none': return works(endpoint, { ...grant, client_id: client.id })
      default: return await register({ token_endpoint_auth_method: method }) !== undefined
    }
  }

  async function useAlgorithm(endpoint: string, algorithm: string): Promise<boolean> {
    const shared = Buffer.alloc(64, 1)
    const key = algorithm.startsWith('HS') ? undefined : await keyFor(algorithm)
    const jwk = key?.jwk ?? { kty: 'oct', kid: 'shared', k: shared.toString('base64url') }
    const client = await createClient(service, { authMethods: ['private_key_jwt'], profile: { jwks: { keys: [jwk] } } })
    const [audience, now] = [issuer, Math.floor(Date.now() / 1000)]
    const assertion = key === undefined
      ? await new SignJWT({ iss: client.id, sub: client.id, aud: issuer, jti: algorithm, iat: now, exp: now + 60 })
        .setProtectedHeader({ alg: algorithm, kid: 'shared' }).sign(shared)
      : await makeAssertion({ clientId: client.id, audience, key })
    return works(endpoint, { grant_type: 'client_credentials', ...assertionForm(assertion) })
  }

  const endpoints = { token: 'token', revocation: 'revoke', introspection: 'introspect' }
  return Object.fromEntries(Object.entries(endpoints).flatMap(([name, path]): Array<[string, Use]> => [
    [`${name}_endpoint_auth_methods_supported`, method => useMethod(path, method)],
    [`${name}_endpoint_auth_signing_alg_values_supported`, algorithm => useAlgorithm(path, algorithm)]
  ]))
}
