import t from 'tap'
import { describeSchema, listMembers } from '../../src/web/describe-schema.ts'
import { renderApiDocPage } from '../../src/web/api-doc-page.tsx'
import { document } from './sample-document.ts'

t.test('a schema is told in a few words', async t => {
  const table = { Token: { type: 'object' } }
  t.equal(describeSchema(undefined, table), '')
  t.equal(describeSchema({ type: 'string', format: 'uri' }, table), 'string (uri)')
  t.equal(describeSchema({ type: ['string', 'null'] }, table), 'string | null')
  t.equal(describeSchema({ enum: ['a', 1] }, table), '"a" | 1')
  t.equal(describeSchema({ const: 'Bearer' }, table), '"Bearer"')
  t.equal(describeSchema({ type: 'array', items: { $ref: '#/components/schemas/Token' } }, table), 'array of Token')
  t.equal(describeSchema({ type: 'array', items: {} }, table), 'array of anything')
  t.equal(describeSchema({ anyOf: [{ type: 'string' }, { type: 'number' }] }, table), 'string | number')
})

t.test('the members of an object are those of all its parts, and a circle ends', async t => {
  const table = { Node: { properties: { next: { type: 'object' } }, allOf: [{ $ref: '#/components/schemas/Node' }] } }
  t.strictSame(listMembers({ allOf: [
    { properties: { a: { type: 'string', description: 'The first.' } }, required: ['a'] }, { properties: { b: {} } }, { $ref: '#/x/Node' }
  ] }, table), [
    { name: 'a', type: 'string', isRequired: true, description: 'The first.' },
    { name: 'b', type: '', isRequired: false, description: undefined },
    { name: 'next', type: 'object', isRequired: false, description: undefined }
  ])
})

t.test('the page of the API lists every route once, and each has a place to link to', async t => {
  const brand = { name: 'x', stylesheet: '', submitScript: '', icon: '', logo: undefined }
  const html = renderApiDocPage(document, { locale: 'en', brand, base: '' })
  const anchors = [...html.matchAll(/<section class="route" id="([^"]+)"/g)].map(([, id]) => id)
  t.strictSame(anchors, ['post-oauth-token', 'get-oauth-userinfo', 'post-oauth-userinfo', 'get-revocations-jti', 'get-healthz'])
  for (const anchor of anchors) t.match(html, `href="#${anchor}"`)
})
