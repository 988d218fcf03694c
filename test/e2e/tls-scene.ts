import type { Test } from 'tap'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../support/browser.ts'
import { makeCertificate } from '../support/certificate.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'
import { startWebServer } from '../support/web-server.ts'
import { openScene, type BrowserScene } from './browser-scene.ts'

/**
 * A listening instance behind a proxy that ends TLS, with names as on the public network: the service, an application of
 * another site, and a neighbour in the service's own domain who means no good.
 */
export interface TlsScene extends BrowserScene {
  browser: Browser
  /**
   * A page of the neighbour that sets cookies: on https under its own name, on http without TLS, which whoever sits in the
   * network can speak, and there under the service's own name, too.
   */
  plant(address: 'https neighbour' | 'http neighbour' | 'http service', cookies?: string[]): string
}

export const hosts = { service: 'id.example.test', neighbour: 'shop.example.test', application: 'app.orders.test' }

export async function openTlsScene(t: Test): Promise<TlsScene> {
  const certificate = makeCertificate(t, [hosts.service, hosts.neighbour, hosts.application])
  const browser = await openBrowser(t, [
    '--host-resolver-rules=MAP *.test 127.0.0.1',
    // As good as signed by an authority; a certificate that is merely clicked away would take HSTS with it (RFC 6797 §8.4).
    `--ignore-certificate-errors-spki-list=${certificate.pin}`
  ])
  const front = async (target: string, who: keyof typeof hosts) =>
    `https://${hosts[who]}:${await startTlsProxy(t, { target, certificate })}`
  const scene = await openScene(t, { front, config: { TRUST_PROXY: '127.0.0.10' } })
  const neighbour = await startWebServer(t, (response, { url = '' }) => {
    const cookies = new URL(url, scene.home).searchParams.getAll('set')
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': cookies }).end('<!doctype html><title>Neighbour</title>')
  })
  const origins = {
    'https neighbour': await front(neighbour.url, 'neighbour'),
    'http neighbour': `http://${hosts.neighbour}:${neighbour.port}`,
    'http service': `http://${hosts.service}:${neighbour.port}`
  }
  return {
    ...scene, browser,
    plant: (address, cookies = []) =>
      `${origins[address]}/?${new URLSearchParams(cookies.map(cookie => ['set', cookie])).toString()}`
  }
}
