import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import {
  authorizeUrl, createDynamicClient, createVisitor, createWebClient, formsOf, settle, signInOn, submit, walk
} from '../support/authorization.ts'
import { postForm } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { createUser } from '../support/users.ts'

/** `ui_locales` decides the language of every page that the request leads to, also of those that come when something is wrong. */

onEachStore(t, async (t, { app, service }) => {
  const user = await createUser(service)
  const client = await createWebClient(service)
  const [trusted, dynamic] = [await createWebClient(service), await createDynamicClient(service)]
  const arrive = async (asked: string) => {
    const visitor = createVisitor(app)
    return { visitor, page: await settle(visitor, await visitor.get(authorizeUrl(client, { ui_locales: asked }))) }
  }
  const signedIn = async () => {
    const visitor = createVisitor(app)
    await walk(visitor, authorizeUrl(trusted), user)
    return visitor
  }

  interface Row {
    status: number
    open(asked: string): Promise<LightMyRequestResponse>
    titles: { de: string; fr: string }
  }
  const over = { de: 'Diese Anmeldung ist vorbei', fr: 'Cette connexion est terminée' }
  const expired = { de: 'Dieses Formular ist veraltet', fr: 'Ce formulaire n’est plus valable' }
  const almost = { de: 'Gleich geschafft', fr: 'Encore un instant' }
  const unknown = { de: 'Unbekannte Anwendung', fr: 'Application inconnue' }
  const table: Record<string, Row> = {
    'an application that nobody knows': {
      status: 400, titles: unknown, open: asked => createVisitor(app).get(`/oauth/authorize?client_id=nobody&ui_locales=${asked}`)
    },
    'the same, in a body too long for a redirect': {
      status: 400, titles: unknown,
      open: asked => createVisitor(app).post('/oauth/authorize', { client_id: 'nobody', ui_locales: asked, state: 'x'.repeat(7000) })
    },
    'an address that is not registered': {
      status: 400, titles: { de: 'Dieser Link stimmt nicht', fr: 'Ce lien n’est pas correct' },
      open: asked => createVisitor(app).get(authorizeUrl(client, { redirect_uri: 'https://evil.example/', ui_locales: asked }))
    },
    'leaving': {
      status: 400, titles: { de: 'Sie verlassen diese Seite', fr: 'Vous allez quitter ce site' },
      open: asked => createVisitor(app).get(authorizeUrl(dynamic, { prompt: 'none', ui_locales: asked }))
    },
    'a form post without a question': {
      status: 200, titles: almost,
      open: async asked => (await signedIn()).get(authorizeUrl(trusted, { response_mode: 'form_post', ui_locales: asked }))
    },
    'a form post after one': {
      status: 200, titles: almost,
      async open(asked) {
        const visitor = await signedIn()
        const url = authorizeUrl(trusted, { response_mode: 'form_post', prompt: 'consent', ui_locales: asked })
        return submit(visitor, await settle(visitor, await visitor.get(url)), { form: 'consent', fields: { decision: 'allow' } })
      }
    },
    'back to an interaction that was answered': {
      status: 410, titles: over,
      async open(asked) {
        const { visitor, page } = await arrive(asked)
        await submit(visitor, page, { form: 'cancel' })
        return visitor.get(formsOf(page)['sign-in']!.action.replace('/sign-in', ''))
      }
    },
    'a second thought': {
      status: 410, titles: over,
      async open(asked) {
        const { visitor, page } = await arrive(asked)
        const consent = await signInOn(visitor, page, await createUser(service))
        await submit(visitor, consent, { form: 'consent', fields: { decision: 'allow' } })
        return submit(visitor, consent, { form: 'cancel' })
      }
    },
    'a form without its token': {
      status: 403, titles: expired,
      async open(asked) {
        const { visitor, page } = await arrive(asked)
        return visitor.post(formsOf(page)['sign-in']!.action, { csrf: 'x' })
      }
    },
    // Of a neighbour: the browser sends our cookie along.
    'a form that another site sends': {
      status: 403, titles: expired,
      async open(asked) {
        const { visitor, page } = await arrive(asked)
        return visitor.post(formsOf(page)['sign-in']!.action, { csrf: 'x' }, { 'sec-fetch-site': 'same-site' })
      }
    },
    'a form that is too long': {
      status: 413, titles: { de: 'Diese Anfrage ist nicht lesbar', fr: 'Cette demande est illisible' },
      async open(asked) {
        const { visitor, page } = await arrive(asked)
        return visitor.post(formsOf(page)['sign-in']!.action, { csrf: 'x'.repeat(10_000) })
      }
    }
  }

  const logout: Record<string, Row> = {
    'the question, asked by a form': {
      status: 200, titles: { de: 'Abmelden?', fr: 'Se déconnecter\u00a0?' },
      open: async asked => (await signedIn()).post('/oauth/logout', { ui_locales: asked })
    },
    'the same, of another site': {
      status: 200, titles: { de: 'Sie sind abgemeldet', fr: 'Vous êtes déconnecté' },
      async open(asked) {
        const visitor = createVisitor(app)
        return settle(visitor, await postForm(app, { url: '/oauth/logout', form: { ui_locales: asked } }))
      }
    },
    'the end, after the question': {
      status: 200, titles: { de: 'Sie sind abgemeldet', fr: 'Vous êtes déconnecté' },
      async open(asked) {
        const visitor = await signedIn()
        const question = formsOf(await visitor.get(`/oauth/logout?ui_locales=${asked}`))
        return visitor.post(Object.values(question)[0]!.action, { csrf: Object.values(question)[0]!.csrf })
      }
    },
    'a form of the question without its token': {
      status: 403, titles: expired,
      async open(asked) {
        const visitor = await signedIn()
        const question = formsOf(await visitor.get(`/oauth/logout?ui_locales=${asked}`))
        return visitor.post(Object.values(question)[0]!.action, { csrf: 'x' })
      }
    },
    'the same, that another site sends': {
      status: 403, titles: expired,
      async open(asked) {
        const visitor = await signedIn()
        const question = formsOf(await visitor.get(`/oauth/logout?ui_locales=${asked}`))
        return visitor.post(Object.values(question)[0]!.action, { csrf: 'x' }, { 'sec-fetch-site': 'same-site' })
      }
    },
    'back to the address of that form': {
      status: 200, titles: { de: 'Abmelden?', fr: 'Se déconnecter\u00a0?' },
      async open(asked) {
        const visitor = await signedIn()
        // More than is kept: it is cut amid a character.
        const question = formsOf(await visitor.get(`/oauth/logout?ui_locales=${asked}%20${'x'.repeat(250)}%F0%9F%98%80`))
        return settle(visitor, await visitor.get(Object.values(question)[0]!.action))
      }
    }
  }

  for (const [name, { status, open, titles }] of Object.entries({ ...table, ...logout })) {
    t.test(`a page speaks the language that the application asked for: ${name}`, async t => {
      for (const [asked, title] of Object.entries(titles)) {
        const answer = await open(asked)
        t.equal(answer.statusCode, status)
        t.match(answer.body, `<html lang="${asked}">`)
        t.match(answer.body, `<h1>${title}</h1>`)
      }
    })
  }

  t.test('the language of one way says nothing of another', async t => {
    const { visitor, page } = await arrive('de')
    t.match(page.body, '<html lang="de">')
    const french = { 'accept-language': 'fr' }
    const stranger = createVisitor(app)
    const { action } = formsOf(page)['sign-in']!
    t.match((await stranger.get(action.replace('/sign-in', ''), french)).body, '<html lang="fr">', 'another browser is not even told that')
    t.match((await stranger.post(action, { csrf: 'x' }, french)).body, '<html lang="fr">')
    t.match((await stranger.post(action, { csrf: 'x' }, { ...french, 'sec-fetch-site': 'cross-site' })).body, '<html lang="fr">')
    t.match((await visitor.get('/oauth/authorize?client_id=nobody', french)).body, '<html lang="fr">')
    t.match((await visitor.get('/oauth/authorize?client_id=nobody&ui_locales=de&ui_locales=en', french)).body, '<html lang="fr">')
  })
})
