import type { OpenApiDocument } from '../../src/web/open-api-document.ts'

/** A small OpenAPI document with one of everything that the page shows. */
export const document: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'Countersign', version: '1.2.3', description: 'Signs people in for applications.' },
  paths: {
    '/oauth/token': {
      post: {
        tags: ['OAuth'], summary: 'Exchanges a grant for tokens.',
        requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/TokenRequest' } } } },
        responses: { 200: { description: 'The tokens.', content: { 'application/json': {} } }, 400: { description: 'Refused.' } }
      }
    },
    '/oauth/userinfo': { get: { tags: ['OAuth'], summary: 'Claims of the user.' }, post: { tags: ['OAuth'] } },
    '/revocations/{jti}': {
      get: {
        tags: ['Revocations'], summary: 'Is this token revoked?',
        parameters: [
          { name: 'jti', in: 'path', required: true, schema: { type: 'string' }, description: 'The identifier of the token.' },
          { name: 'kid', in: 'query', schema: { type: ['string', 'null'] } }
        ],
        responses: { 200: { description: 'The answer.' } }
      }
    },
    '/healthz': { get: { summary: 'Alive.' } }
  },
  components: {
    schemas: {
      TokenRequest: {
        type: 'object', required: ['grant_type'], properties: {
          grant_type: { enum: ['authorization_code', 'refresh_token'], description: 'Which grant.' },
          resource: { type: 'array', items: { type: 'string', format: 'uri' } }
        }
      }
    }
  }
}
