import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import type { OpenApiDocument, OpenApiSchema } from '../../src/web/open-api-document.ts'
import { encode, forms, jsonBodies, markers, names, values } from './random-forms.ts'

/** Requests to one route that are wrong in every way that a request can be wrong in, and now and then in none. */

export interface RandomRoute {
  method: string
  /** As the document spells it: `/revocations/{jti}`. */
  path: string
  /** Of all its parameters, wherever they stand. */
  parameters: string[]
  /** Of its body. */
  type: string | undefined
}

/** What opens doors: without it most requests would fail before they meet anything. */
export interface Keyring {
  authorizations: string[]
  cookies: string[]
  /** Identifiers and secrets that exist. */
  values: string[]
  /** What a good request to that route holds, by the names of its parameters. */
  goodFor(path: string): Record<string, unknown>
}

export interface RandomRequest {
  marker: string
  options: InjectOptions
  /** Whether the address is well-formed, so that it reaches the route (with its own method). */
  isAddressed: boolean
}

export function routesOf({ paths = {} }: OpenApiDocument): RandomRoute[] {
  return Object.entries(paths).flatMap(([path, item]) => Object.entries(item ?? {}).map(([method, operation]) => {
    const bodies = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema)
    const members = bodies.flatMap(schema => membersOf(schema))
    return {
      method: method.toUpperCase(), path, parameters: [...new Set([...(operation.parameters ?? []).map(({ name }) => name!), ...members])],
      type: Object.keys(operation.requestBody?.content ?? {})[0]
    }
  }))
}

const membersOf = (schema: OpenApiSchema | undefined): string[] => Object.keys(schema?.properties ?? {})

/** What pages show again: to whoever typed it, and as it was. */
const redisplayed = ['email', 'login_hint']

export function requestsTo(route: RandomRoute, keyring: Keyring): fc.Arbitrary<RandomRequest> {
  return markers.chain(marker => {
    const value = values(marker, keyring.values)
    const all = keyring.goodFor(route.path)
    const good = Object.fromEntries(route.parameters.filter(name => name in all).map(name => [name, all[name]]))
    const pairs = fc.tuple(names(route.parameters), value).map(([name, text]): [string, string] =>
      [name, redisplayed.includes(name) ? text.replaceAll(marker, 'typed') : text])
    const method = fc.oneof({ weight: 9, arbitrary: fc.constant(route.method) }, {
      weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND')
    })
    return fc.record({
      method, place: addresses(route.path, value, all), query: queries(route, forms(pairs, good)),
      body: bodies({ form: forms(pairs, good), json: jsonBodies(pairs, good) }, { marker, type: route.type }),
      headers: headers(value, keyring)
    }).map(({ method, place, query, body, headers }) => ({
      marker,
      isAddressed: place.isWellFormed && method === route.method && !query?.includes('%00'),
      options: {
        method: method as 'GET', url: query === undefined ? place.path : `${place.path}?${query}`,
        headers: { ...body.type !== undefined && { 'content-type': body.type }, ...headers },
        ...!['GET', 'HEAD'].includes(method) && body.payload !== undefined && { payload: body.payload }
      }
    }))
  })
}

/** Where a body is what counts a query is a fault by itself. */
function queries({ method }: RandomRoute, form: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> {
  return method === 'GET' ? fc.option(form, { freq: 9, nil: undefined }) : fc.option(form, { freq: 1, nil: undefined }).chain(query =>
    fc.nat({ max: 4 }).map(rare => rare === 0 ? query : undefined))
}

function addresses(
  template: string, value: fc.Arbitrary<string>, good: Record<string, unknown>
): fc.Arbitrary<{ path: string; isWellFormed: boolean }> {
  const parts = template.split('/').map(part => {
    const known = good[part.slice(1, -1)]
    return !part.startsWith('{') ? fc.constant(part) : typeof known === 'string' ? fc.oneof(fc.constant(known), fc.constant(known), value) : value
  })
  return fc.tuple(...parts).map(given => ({
    path: given.map((part, at) => template.split('/')[at]!.startsWith('{') ? encode(part) : part).join('/'),
    isWellFormed: given.every((part, at) => part === template.split('/')[at] || /^[\w~-]{1,255}$/.test(part))
  }))
}

interface RandomBody {
  payload: string | Buffer | undefined
  type: string | undefined
}

function bodies(
  texts: { form: fc.Arbitrary<string>; json: fc.Arbitrary<string> }, { marker, type }: { marker: string; type: string | undefined }
): fc.Arbitrary<RandomBody> {
  const form = texts.form.map(payload => ({ payload, type: 'application/x-www-form-urlencoded' }))
  const json = texts.json.map(payload => ({ payload, type: 'application/json' }))
  const strange = fc.record<RandomBody>({
    payload: fc.oneof(fc.constant(marker), fc.constant('{}'), fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
      fc.constant(`x=${'x'.repeat(70_000)}`), fc.constant(Array.from({ length: 3000 }, (_, at) => `p${at}=`).join('&'))),
    type: fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml',
      `application/${marker}`, 'application/json; charset=utf-16', 'x', '/', undefined)
  })
  const [likely, other] = type === 'application/json' ? [json, form] : [form, json]
  return fc.oneof({ weight: 12, arbitrary: likely }, { weight: 1, arbitrary: other }, { weight: 1, arbitrary: strange },
    { weight: 1, arbitrary: fc.constant({ payload: undefined, type: undefined }) })
}

/** What can stand in a header at all. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').trim()

function headers(value: fc.Arbitrary<string>, { authorizations, cookies }: Keyring): fc.Arbitrary<Record<string, string>> {
  const base64 = value.map(text => Buffer.from(text).toString('base64'))
  const authorization = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...authorizations) },
    { weight: 1, arbitrary: value.map(text => `Bearer ${text}`) },
    { weight: 1, arbitrary: base64.map(text => `Basic ${text}`) },
    { weight: 1, arbitrary: fc.tuple(base64, base64).map(parts => `Bearer ${parts.join('.')}.x`) },
    { weight: 1, arbitrary: fc.constantFrom('', 'Bearer', 'Basic', 'Basic =', 'Negotiate x', 'bearer  x y', 'DPoP x') }
  )
  const cookie = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...cookies) },
    { weight: 1, arbitrary: value.map(text => `countersign_session=${text}; countersign_refresh=${text}; countersign_browser=${text}`) },
    { weight: 1, arbitrary: value }
  )
  const site = fc.constantFrom('same-origin', 'cross-site', 'none', 'same-site')
  return fc.record({
    authorization, cookie, origin: value, 'sec-fetch-site': site, accept: value, 'accept-language': value, 'user-agent': value,
    'if-none-match': value, 'x-forwarded-for': value, 'x-forwarded-host': value, host: value, referer: value,
    'access-control-request-method': value, 'access-control-request-headers': value, range: value
  }, { requiredKeys: [] }).map(given => Object.fromEntries(Object.entries(given).filter(([name]) => isLikely(name, given)).map(([name, text]) => [name, printable(text)])))
}

/** An origin refuses most requests early: it comes with few. */
const isLikely = (name: string, given: object): boolean => name !== 'origin' && name !== 'sec-fetch-site' || 'range' in given
