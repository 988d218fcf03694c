import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { createUser, type TestUser } from '../support/users.ts'
import { createWebClient, makeProofKey, redeemCode, requestParams, type RequestChanges } from '../support/authorization.ts'
import type { TestClient } from '../support/clients.ts'
import { openService, type OpenedService, type OpenServiceOptions } from '../support/service.ts'
import { startWebServer, type WebServer } from '../support/web-server.ts'

/** A listening instance, and an application of another site that sends people there and takes them back. */
export interface BrowserScene extends OpenedService {
  client: TestClient
  /** Where the application is: `localhost` unless told, which to a browser is another site than 127.0.0.1. */
  home: string
  callback: string
  site: WebServer
  /** Somebody with an account, whom no page knows yet. */
  addUser(): Promise<TestUser>
  /** The application's page with a link to sign in. */
  pageWithLink(request?: AppRequest): string
  /** What has come back to the application, in order. */
  arrivals(): Array<Record<string, string>>
  redeem(code: string, client?: TestClient): ReturnType<typeof redeemCode>
}

export interface AppRequest {
  client?: TestClient
  changes?: RequestChanges
}

export interface SceneOptions extends Partial<OpenServiceOptions> {
  /** Puts something in front of a server, and answers the address that people know. */
  front?(url: string, who: 'service' | 'application'): Promise<string>
}

const proof = makeProofKey()

export async function openScene(t: Test, { front, ...options }: SceneOptions = {}): Promise<BrowserScene> {
  const port = await findFreePort()
  const own = `http://127.0.0.1:${port}`
  const issuer = await front?.(own, 'service') ?? own
  const opened = await openService(t, { store: 'embedded', ...options, config: { ISSUER: issuer, ...options.config } })
  await opened.app.listen({ host: '127.0.0.1', port })
  const site = await startWebServer(t, (response, { url = '' }) => {
    const { pathname, searchParams } = new URL(url, issuer)
    // An application may send people further, to a third site.
    if (pathname === '/callback' && searchParams.get('state') === 'further') {
      response.writeHead(302, { location: `http://localhost:${port}/nowhere` }).end()
      return
    }
    const link = searchParams.get('to')
    const text = link === null ? `<p>Back at the application: ${pathname}</p>` : `<a href="${link.replaceAll('&', '&amp;')}">Sign in</a>`
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><title>Application</title>${text}`)
  })
  const home = await front?.(site.url, 'application') ?? `http://localhost:${site.port}`
  const callback = `${home}/callback`
  const client = await createWebClient(opened.service, {
    name: 'Orders', redirectUris: [callback], postLogoutRedirectUris: [`${home}/goodbye`]
  })
  return {
    ...opened, client, home, callback, site,
    addUser: () => createUser(opened.service),
    pageWithLink({ client: asking = client, changes = {} } = {}) {
      const params = requestParams(asking, { redirect_uri: callback, code_challenge: proof.challenge, ...changes })
      return `${home}/?${new URLSearchParams({ to: `${issuer}/oauth/authorize?${params.toString()}` }).toString()}`
    },
    arrivals: () => site.requests.filter(({ path }) => path.startsWith('/callback')).map(({ method, path, body }) =>
      Object.fromEntries(method === 'POST' ? new URLSearchParams(body) : new URL(path, home).searchParams)),
    redeem: (code, redeeming = client) =>
      redeemCode(opened.app, redeeming, { code, verifier: proof.verifier, changes: { redirect_uri: callback } })
  }
}

/** Follows the application's link to our sign-in page. */
export async function follow(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.waitForLoadState()
}

export async function enter(page: Page, { email, password }: TestUser): Promise<void> {
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await page.locator('button.primary').click()
}

export const allow = (page: Page): Promise<void> => page.getByRole('button', { name: 'Allow', exact: true }).click()

export async function atApplication(page: Page): Promise<void> {
  await page.getByText('Back at the application').waitFor()
}
