import t from 'tap'
import { openService } from '../support/service.ts'

const chromium = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const json = '{"error":"invalid_request","error_description":"There is nothing here by that name."}'

t.test('who opens an address that does not exist reads so in their language; programs get the JSON they always got', async t => {
  const { app } = await openService(t, { store: 'embedded' })
  const page = await app.inject({ url: '/marker-9f3a?ui_locales=de', headers: { accept: chromium } })
  t.equal(page.statusCode, 404)
  t.match(page.headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'content-security-policy': /script-src 'none'/ })
  t.match(page.body, '<h1>Hier ist nichts</h1>')
  t.notMatch(page.body, 'marker')
  for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/plain, */*', 'text/html;q=0.1, application/json', 'text/*;q=0', 'nonsense', '']) {
    const answer = await app.inject({ url: '/nothing', headers: accept === undefined ? {} : { accept } })
    t.strictSame([answer.statusCode, answer.headers['content-type'], answer.body], [404, 'application/json; charset=utf-8', json], accept ?? 'none')
  }
  const headers = { accept: chromium }
  t.equal((await app.inject({ method: 'POST', url: '/nothing', headers })).body, json, 'nobody reads the answer to that')
  t.match((await app.inject({ url: '/api/auth/nothing', headers })).json(), { code: 'NOT_FOUND' })
  t.equal((await app.inject({ url: '/oauth/token', headers })).statusCode, 405)
})
