import type { FastifyInstance } from 'fastify'
import { createBrowserCookies } from '../browser-cookies.ts'
import { createLanguagesOfWay } from '../languages-of-way.ts'
import { acceptForms } from '../plugins/accept-forms.ts'
import { acceptRawForms } from '../plugins/accept-raw-forms.ts'
import { refuseForeignForm } from '../plugins/refuse-foreign-form.ts'
import { addPageErrors } from '../plugins/page-errors.ts'
import type { HttpRooms } from '../rooms.ts'
import { authorizeRoute } from './authorize.ts'
import { endSessionRoutes } from './end-session.ts'
import { interactionRoutes } from './interaction.ts'

/** Where a person's browser comes: every answer is a page or a way on, whatever goes wrong. */
export async function pageRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { settings: { issuer, sessionLifetime }, random } = rooms
  const cookies = createBrowserCookies({ issuer, sessionLifetime, random })
  addPageErrors(app, { ...rooms, languagesOfWay: createLanguagesOfWay(rooms, cookies) })
  await app.register(async protocol => {
    acceptRawForms(protocol)
    authorizeRoute(protocol, rooms, cookies)
    endSessionRoutes(protocol, rooms, cookies)
  })
  await app.register(async ours => {
    acceptForms(ours)
    ours.addHook('onRequest', refuseForeignForm)
    interactionRoutes(ours, rooms, cookies)
  })
}
