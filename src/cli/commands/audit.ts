import type { Command } from '../command.ts'
import { queryOf } from '../query-of.ts'
import { renderTable, renderTime } from '../render-table.ts'

interface Event {
  id: number
  at: string
  kind: string
  actor: string
  subject: string
  details: Record<string, unknown>
}

const renderDetails = (details: Event['details']): string =>
  Object.entries(details).map(([name, value]) => `${name}=${String(value)}`).join(' ')

export const audit: Command = {
  name: 'audit list',
  summary: 'List security events, newest first',
  options: {
    limit: { description: 'How many at most; 50 when not given', value: 'NUMBER' },
    subject: { description: 'Only what concerns this user, client, session, grant or key', value: 'ID' }
  },
  async run(invocation) {
    const admin = await invocation.connect()
    const { events } = await admin.get<{ events: Event[] }>(`/admin/audit?${queryOf(invocation, ['limit', 'subject'])}`)
    return {
      json: events,
      text: renderTable(events, [
        ['ID', event => event.id], ['AT', event => renderTime(event.at)], ['KIND', event => event.kind],
        ['BY', event => event.actor], ['SUBJECT', event => event.subject],
        ['DETAILS', event => renderDetails(event.details)]
      ])
    }
  }
}
