import type { AddressInfo } from 'node:net'
import { parse } from 'node:querystring'
import Fastify, { type FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import { pageContextOf } from '../../src/http/locale.ts'
import { createPages } from '../../src/http/pages.ts'
import { assetRoutes } from '../../src/http/routes/assets.ts'
import type { HttpRooms } from '../../src/http/rooms.ts'
import { sendPage } from '../../src/http/send-page.ts'
import { honest, hostile, samples } from './samples.ts'

/** The sample pages on a loopback port, with the headers and files that they have in the service. */

export interface ServedPages {
  url: string
  /** What forms have sent: path and fields. */
  sent: Array<{ path: string, fields: Record<string, unknown>, origin: string | undefined }>
}

export interface PagesSettings {
  brandColor?: string
  brandLogoFile?: string
}

export async function openPages(t: Test, settings: PagesSettings = {}): Promise<ServedPages> {
  const pages = createPages({
    issuer: 'http://127.0.0.1/id', brandName: 'Countersign', brandColor: '#2b4c9b', brandLogoFile: undefined, ...settings
  })
  const sent: ServedPages['sent'] = []
  const app = Fastify()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' },
    (_request, body, done) => done(null, { ...parse(body as string) }))
  await app.register(scope => assetRoutes(scope, { pages } as HttpRooms), { prefix: '/id' })
  app.get<{ Params: { name: string }, Querystring: { hostile?: string } }>('/pages/:name', (request, reply) => {
    const names = request.query.hostile === undefined ? honest : hostile
    const html = samples[request.params.name]!(names, pageContextOf(request, pages))
    return sendPage(reply, html, { scripts: request.params.name === 'form-post' })
  })
  const receive = (request: FastifyRequest) => {
    sent.push({ path: request.url, fields: request.body as Record<string, unknown>, origin: request.headers.origin })
    return 'received'
  }
  for (const path of ['/answer', '/cancelled', '/switched']) app.post(path, async request => receive(request))
  // As sign-in and consent end: on the way back to an application on another origin.
  app.post('/leave', (_request, reply) => reply.redirect(`http://localhost:${port()}/arrived`, 303))
  app.get('/arrived', async () => 'arrived')
  app.get('/framing', (_request, reply) => reply.type('text/html').send(
    `<iframe src="http://127.0.0.1:${port()}/arrived"></iframe><iframe src="http://127.0.0.1:${port()}/pages/consent"></iframe>`))
  const port = () => (app.server.address() as AddressInfo).port
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  return { url, sent }
}
