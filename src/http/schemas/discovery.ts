import { empty, json, page, type RouteSchema } from './answer.ts'
import { tags } from './tags.ts'

/** Documents that anybody may keep, with an ETag. */
function published(summary: string, schema: object, type?: string): RouteSchema {
  return {
    tags: [tags.discovery.name], summary,
    response: { 200: json('The document.', schema, type), 304: empty('The one that If-None-Match names is still good.') }
  }
}

const key = {
  type: 'object',
  required: ['kty', 'kid', 'use', 'alg', 'n', 'e'],
  properties: {
    kty: { const: 'RSA' }, kid: { type: 'string' }, use: { const: 'sig' }, alg: { const: 'RS256' },
    n: { type: 'string' }, e: { type: 'string' }
  }
}

const metadata = {
  type: 'object',
  required: ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'],
  properties: {
    issuer: { type: 'string', format: 'uri' }, authorization_endpoint: { type: 'string', format: 'uri' },
    token_endpoint: { type: 'string', format: 'uri' }, jwks_uri: { type: 'string', format: 'uri' }
  },
  // What else there is, the specifications list.
  additionalProperties: true
}

export const openApiSchema = {
  type: 'object', required: ['openapi', 'info', 'paths'],
  properties: { openapi: { type: 'string' }, info: { type: 'object' }, paths: { type: 'object' } }, additionalProperties: true
}

export const discoverySchemas = {
  keys: published('The public keys (RFC 7517).', {
    type: 'object', required: ['keys'], properties: { keys: { type: 'array', minItems: 1, items: key } }
  }, 'application/jwk-set+json'),
  openid: published('The metadata, where OpenID Connect Discovery looks for it.', metadata),
  oauth: published('The same, where RFC 8414 looks for it.', metadata),
  openApi: published('This document (OpenAPI 3.1).', openApiSchema),
  page: {
    tags: [tags.discovery.name], summary: 'This document, to read.', response: { 200: page('The page.') }
  }
} satisfies Record<string, RouteSchema>
