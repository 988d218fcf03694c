import type { Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import type { ClientBody } from '../../src/admin/client-body.ts'
import type { NewApi } from '../../src/stores/apis.ts'
import { openAdmin } from '../admin/open-admin.ts'
import { secret } from '../support/secrets.ts'
import { openService, type OpenedService, type StoreKind } from '../support/service.ts'
import { createUser, type TestUser } from '../support/users.ts'

/** Countersign as other people's software meets it: listening on a port, with clients that an operator has registered. */
export interface Provider extends OpenedService {
  /** Somebody with an account. */
  user: TestUser
  register(client: Partial<ClientBody>): Promise<{ clientId: string; clientSecret: string }>
  registerApi(api: Omit<NewApi, 'tokenLifetime'>): Promise<void>
}

export interface ProviderSettings {
  store?: StoreKind
  /** Of the issuer. */
  path?: string
  config?: Record<string, string>
}

export async function openProvider(t: Test, settings: ProviderSettings = {}): Promise<Provider> {
  const { store = 'embedded', path = '', config = {} } = settings
  const port = await findFreePort()
  const opened = await openService(t, { store, config: { ISSUER: `http://127.0.0.1:${port}${path}`, ...config } })
  await opened.app.listen({ host: '127.0.0.1', port })
  const admin = await openAdmin(t, opened)
  const post = async (route: string, body: object) => {
    const answer = await admin.call(`POST ${route}`, body)
    if (answer.status !== 201) throw new Error(`${route} was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body as { client_id: string; client_secret?: string }
  }
  return {
    ...opened,
    user: await createUser(opened.service),
    async register(client) {
      const { client_id: clientId, client_secret: clientSecret = '' } =
        await post('/admin/clients', { grants: ['authorization_code', 'refresh_token'], ...client })
      if (clientSecret !== '') secret(clientSecret)
      return { clientId, clientSecret }
    },
    async registerApi(api) {
      await post('/admin/apis', api)
    }
  }
}
