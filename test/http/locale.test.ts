import t from 'tap'
import { negotiateLocale } from '../../src/http/locale.ts'

t.test('a page speaks the language that the application asks for, then the browser\'s, then English', async t => {
  const table: Array<[string | undefined, string | undefined, string]> = [
    [undefined, undefined, 'en'],
    [undefined, 'de', 'de'],
    [undefined, 'de-CH', 'de'],
    [undefined, 'fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
    [undefined, 'es, de;q=0.5, en;q=0.4', 'de'],
    [undefined, 'en;q=0.2, fr;q=0.9', 'fr'],
    [undefined, 'es, it', 'en'],
    [undefined, 'de;q=0', 'en'],
    [undefined, '*', 'en'],
    ['de', 'fr', 'de'],
    ['es fr-CA en', 'de', 'fr'],
    ['es it', 'de', 'de'],
    ['DE-at', undefined, 'de'],
    ['', 'fr', 'fr']
  ]
  for (const [asked, accepted, locale] of table) t.equal(negotiateLocale(asked, accepted), locale, `${asked} | ${accepted}`)
})

t.test('what is no language is passed over and takes no time', async t => {
  const began = performance.now()
  for (const text of ['<script>', ';q=9', ',,,;;;', 'a'.repeat(16_000), 'de,'.repeat(5000), '-'.repeat(16_000), '\u0000', '__proto__', 'constructor']) {
    t.match(negotiateLocale(text, text), /^(en|de|fr)$/)
  }
  t.ok(performance.now() - began < 2000)
})
