// The same with nothing but Node's own server: headers in, the token or the answer out.
import { createServer } from 'node:http'
import { createHeadersGuard } from 'countersign/verifier/headers'
import { allowPage } from './allow-page.mjs'
import { listOrders, scopesSupported, toDelete } from './orders.mjs'
import { settings } from './settings.mjs'
import { verifier } from './verifier.mjs'

const { port } = settings
const guard = createHeadersGuard({ verifier, scopesSupported })

const send = (response, { status, headers, body }) => response.writeHead(status, headers).end(body)
const sendJson = (response, value) => send(response, { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })

const routes = [
  { route: /^(GET|HEAD) \/orders$/, needs: {}, answer: (response, token) => sendJson(response, listOrders(token)) },
  { route: /^DELETE \/orders\/[^/]+$/, needs: toDelete, answer: response => send(response, { status: 204 }) },
  { route: /^(GET|HEAD) \/healthz$/, answer: response => sendJson(response, verifier.health()) }
]

const server = createServer(async (request, response) => {
  const { method, url, headersDistinct } = request
  const described = guard.metadata(url, method)
  if (described) return send(response, described)
  if (allowPage(request, response)) return
  const found = routes.find(({ route }) => route.test(`${method} ${url.split('?', 1)[0]}`))
  if (!found) return send(response, { status: 404 })
  const result = found.needs && await guard.check(headersDistinct, { ...found.needs, method, url })
  if (result && !result.token) return send(response, result)
  found.answer(response, result?.token)
})

server.listen(port, '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => void verifier.close()))
