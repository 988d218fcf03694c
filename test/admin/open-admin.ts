import type { Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import { createAdminApp } from '../../src/admin/admin-app.ts'
import { findAdminToken } from '../../src/admin/admin-token.ts'
import type { OpenedService } from '../support/service.ts'
import { secret } from '../support/secrets.ts'
import { callApi, type ApiRequest } from '../support/users.ts'
import { watchAnswers } from '../support/watch-answers.ts'

export interface OpenedAdmin {
  admin: FastifyInstance
  token: string
  /** A request with the admin token, such as `GET /admin/users`: its status and JSON. */
  call(route: string, body?: object, request?: ApiRequest): Promise<{ status: number; body: Record<string, unknown> }>
}

/** The admin listener of a service. */
export async function openAdmin(t: Test, { service }: OpenedService): Promise<OpenedAdmin> {
  const admin = await watchAnswers(t, () => createAdminApp(service), { issuer: service.config.issuer, face: 'api' })
  t.teardown(() => admin.close())
  const token = secret(findAdminToken(service.config)!)
  return {
    admin,
    token,
    async call(route, body, request = {}) {
      const answer = await callApi(admin, route, { token, ...(body && { body }), ...request })
      return { status: answer.statusCode, body: answer.json() }
    }
  }
}
