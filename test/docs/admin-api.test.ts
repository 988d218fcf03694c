import t from 'tap'
import { openAdmin } from '../admin/open-admin.ts'
import { recordRoutes } from '../support/record-routes.ts'
import { openService } from '../support/service.ts'
import { codeSpans, readPage, tableRows } from './read-page.ts'

t.test('docs/admin-api.md lists every route of the admin listener, and no other', async t => {
  const opened = await openService(t, { store: 'embedded' })
  const registered = await recordRoutes(() => openAdmin(t, opened))
  const told = tableRows(readPage('docs/admin-api.md')).map(([cell]) => codeSpans(cell!)[0]!)
  t.strictSame(told.toSorted(), registered.filter(route => !/^(HEAD|OPTIONS) /.test(route)).toSorted())
})
