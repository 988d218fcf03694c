// Hands out the files of the single-page app, which is all that it needs of a server. See README.md.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const { env } = process
const port = Number(env.PORT ?? 4002)
const settings = {
  issuer: env.ISSUER ?? 'http://127.0.0.1:3000',
  clientId: env.CLIENT_ID ?? 'demo-single-page-app',
  /** The address and, at Countersign, the identifier of the API that it calls. */
  api: env.API ?? 'http://127.0.0.1:4000',
  /** The page itself: where users come back to after signing in, and after signing out. */
  home: env.HOME_URL ?? `http://127.0.0.1:${port}/`
}

const own = name => path.join(import.meta.dirname, name)
const files = {
  '/': { file: own('index.html'), type: 'text/html; charset=utf-8' },
  '/app.js': { file: own('app.js'), type: 'text/javascript' },
  '/sign-in.js': { file: own('sign-in.js'), type: 'text/javascript' },
  // As it lies in node_modules: it is one file, and a browser can read it.
  '/oauth4webapi.js': { file: fileURLToPath(import.meta.resolve('oauth4webapi')), type: 'text/javascript' }
}

const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  // Scripts of this page alone, which talk to Countersign and the API alone.
  'content-security-policy': "default-src 'none'; script-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; " +
    `connect-src 'self' ${new URL(settings.issuer).origin} ${new URL(settings.api).origin}`
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, settings.home)
  if (pathname === '/settings.json') {
    return response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(settings))
  }
  const found = Object.hasOwn(files, pathname) ? files[pathname] : undefined
  if (found === undefined) return response.writeHead(404, headers).end()
  return response.writeHead(200, { ...headers, 'content-type': found.type }).end(await readFile(found.file))
})

server.listen(port, '127.0.0.1', () => console.log(`Listening at ${settings.home}`))
