/**
 * What each route does while PostgreSQL or Redis is away. docs/operations.md shows this table; postgres-outage.test.ts and
 * redis-outage.test.ts prove it.
 *
 * `works`: as always. `unavailable`: 503 with `Retry-After`. `works-for-10-s`: as always, until the shared state of the
 * instance is too old to be trusted; then 503.
 */
export type Effect = 'works' | 'works-for-10-s' | 'unavailable'

export interface OutageRow {
  route: string
  postgresql: Effect
  redis: Effect
}

const row = (route: string, postgresql: Effect): OutageRow => ({ route, postgresql, redis: 'works' })

export const outageTable: readonly OutageRow[] = [
  row('GET /healthz', 'works'),
  row('GET /readyz', 'works-for-10-s'),
  row('GET /.well-known/jwks.json', 'works'),
  row('GET /.well-known/openid-configuration', 'works'),
  row('GET /.well-known/oauth-authorization-server', 'works'),
  row('POST /oauth/token (client_credentials)', 'works-for-10-s'),
  row('POST /oauth/token (refresh_token)', 'unavailable'),
  row('POST /oauth/revoke', 'unavailable'),
  row('POST /oauth/introspect', 'unavailable'),
  row('GET /oauth/userinfo', 'unavailable'),
  row('POST /revocations/lookup', 'unavailable'),
  row('GET /revocations/:jti', 'unavailable'),
  row('POST /revocations', 'unavailable'),
  row('GET /revocations/snapshot', 'unavailable'),
  row('GET /revocations/feed', 'unavailable'),
  row('GET /revocations (long polling)', 'unavailable'),
  row('POST /revocations/ack', 'unavailable'),
  row('DELETE /revocations/ack', 'unavailable'),
  row('GET /revocations/:seq/reach', 'unavailable'),
  row('GET /status-lists', 'unavailable'),
  row('GET /status-lists/:list', 'unavailable'),
  row('POST /api/auth/register', 'unavailable'),
  row('POST /api/auth/login', 'unavailable'),
  row('POST /api/auth/refresh', 'unavailable'),
  row('POST /api/auth/logout', 'unavailable'),
  row('POST /api/auth/logout-all', 'unavailable'),
  row('POST /api/auth/password', 'unavailable'),
  row('GET /api/auth/me', 'unavailable'),
  row('GET /api/auth/sessions', 'unavailable'),
  row('DELETE /api/auth/sessions/:id', 'unavailable')
]
