const maxBatch = 1000

const identifier = { type: 'string', minLength: 1, maxLength: 255 }

/** The body of a batch lookup: `tokens` or `claims`. */
export const lookupBody = {
  type: 'object',
  properties: {
    tokens: { type: 'array', maxItems: maxBatch, items: { type: 'string', maxLength: 16_384 } },
    claims: {
      type: 'array',
      maxItems: maxBatch,
      items: {
        type: 'object',
        required: ['jti', 'iat', 'kid'],
        properties: {
          jti: identifier, iat: { type: 'number' }, kid: identifier, grant_id: identifier, sid: identifier,
          sub: identifier, client_id: identifier
        }
      }
    }
  }
}
