import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { compose } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { loadLogo } from '../../src/http/load-logo.ts'
import { openService } from '../support/service.ts'

const svg = '<?xml version="1.0"?>\n<!-- a logo -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64')

const logo = path.join(t.testdir({ 'logo.svg': svg }), 'logo.svg')

t.test('the brand\'s files lie under the issuer\'s path, and each version of them is kept for ever', async t => {
  const { app, service } = await openService(t, {
    store: 'embedded', config: {
      ISSUER: 'https://id.example.com/eu', BRAND_NAME: 'Harbour', BRAND_COLOR: '#0A7D55', BRAND_LOGO_FILE: logo, LOG_LEVEL: 'silent'
    }
  })
  const { brand, base } = service.rooms.pages
  t.match(brand, { name: 'Harbour', icon: brand.logo })
  t.equal(base, '/eu')
  const expected = [
    [brand.stylesheet, 'text/css; charset=utf-8'], [brand.submitScript, 'text/javascript; charset=utf-8'], [brand.logo!, 'image/svg+xml']
  ] as const
  for (const [address, type] of expected) {
    const answer = await app.inject(`${base}${address}`)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers, {
      'content-type': type, 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff',
      'content-security-policy': /default-src 'none'.*sandbox/
    })
    for (const held of [answer.headers.etag as string, `"x", W/${answer.headers.etag}`]) {
      t.equal((await app.inject({ url: `${base}${address}`, headers: { 'if-none-match': held } })).statusCode, 304)
    }
    const other = await app.inject(`${base}${address.split('?')[0]}?v=another`)
    t.equal(other.headers['cache-control'], 'no-cache', 'an instance of another version must not be believed')
  }
  t.match((await app.inject(`${base}${brand.stylesheet}`)).body, /--fill:#0a7d55/)
  t.equal((await app.inject(`${base}${brand.logo}`)).body, svg)
})

t.test('a logo is what its content says, and no larger than it may be', async t => {
  const folder = t.testdir()
  const load = (name: string, content: string | Buffer) => {
    writeFileSync(path.join(folder, name), content)
    return loadLogo(path.join(folder, name)).type
  }
  t.equal(load('png', png), 'image/png')
  t.equal(load('svg', svg), 'image/svg+xml')
  t.equal(load('svg', '\uFEFF<!DOCTYPE svg PUBLIC "x" "y"><svg></svg>'), 'image/svg+xml')
  t.equal(load('jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0])), 'image/jpeg')
  t.equal(load('webp', 'RIFF0000WEBPVP8 '), 'image/webp')
  t.throws(() => load('logo.png', '<html><script></script></html>'), { message: /BRAND_LOGO_FILE names .*logo\.png, which is no such picture/ })
  t.throws(() => load('logo.svg', '<html><svg></svg></html>'), { message: /no such picture/ })
  t.equal(load('png', Buffer.concat([png, Buffer.alloc(256 * 1024 - png.length)])), 'image/png')
  t.throws(() => load('png', Buffer.concat([png, Buffer.alloc(256 * 1024)])), { message: /too large/ })
  t.throws(() => loadLogo(path.join(folder, 'none')), { message: /cannot be read .*PNG, SVG, JPEG or WebP/ })
  t.throws(() => loadLogo(folder), { message: /cannot be read/ })
})

t.test('a wrong logo stops the start', async t => {
  const folder = t.testdir()
  const config = readConfig({
    DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), BRAND_LOGO_FILE: path.join(folder, 'none.png'), LOG_LEVEL: 'silent'
  })
  await t.rejects(compose(config), { message: /BRAND_LOGO_FILE/ })
})
