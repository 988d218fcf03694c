import type { Command } from '../command.ts'
import { renderTable, renderTime } from '../render-table.ts'
import { createClient, renderSecret, type Secret } from './create-client.ts'
import { updateClient } from './update-client.ts'

interface Client {
  client_id: string
  client_name: string
  grant_types: string[]
  scope: string
  audience: string[]
  token_endpoint_auth_methods: string[]
  dynamic: boolean
  created_at: string
}

interface Deleted {
  client_id: string
  seq: number
}

const show: Command = {
  name: 'clients show',
  summary: 'Show all that a client is',
  operands: ['ID'],
  options: {},
  async run({ operands, connect }) {
    const admin = await connect()
    const client = await admin.get<Record<string, unknown>>(`/admin/clients/${encodeURIComponent(operands[0]!)}`)
    return { json: client, text: renderMembers(client) }
  }
}

const list: Command = {
  name: 'clients list',
  summary: 'List the clients',
  options: {},
  async run({ connect }) {
    const admin = await connect()
    const { clients } = await admin.get<{ clients: Client[] }>('/admin/clients')
    return {
      json: clients,
      text: renderTable(clients, [
        ['ID', client => client.client_id], ['NAME', client => client.client_name],
        ['GRANTS', client => client.grant_types.join(' ')], ['SCOPES', client => client.scope],
        ['AUDIENCE', client => client.audience.join(' ') || 'the issuer'],
        ['KIND', client => kindOf(client)],
        ['SINCE', client => renderTime(client.created_at)]
      ])
    }
  }
}

const rotateSecret: Command = {
  name: 'clients rotate-secret',
  summary: 'Give a client another secret, shown this once; the old one ends at once',
  operands: ['ID'],
  options: {},
  async run({ operands, connect }) {
    const admin = await connect()
    const rotated = await admin.post<Secret>(`/admin/clients/${encodeURIComponent(operands[0]!)}/rotate-secret`)
    return { json: rotated, text: renderSecret(rotated) }
  }
}

const remove: Command = {
  name: 'clients delete',
  summary: 'Delete a client and end all its tokens',
  operands: ['ID'],
  options: {},
  async run({ operands, connect }) {
    const admin = await connect()
    const deleted = await admin.remove<Deleted>(`/admin/clients/${encodeURIComponent(operands[0]!)}`)
    const sentence = `Deleted the client ${deleted.client_id}; its tokens ended with revocation ${deleted.seq}.\n`
    return { json: deleted, text: sentence }
  }
}

function kindOf({ token_endpoint_auth_methods: methods, dynamic }: Client): string {
  return `${methods.includes('none') ? 'public' : 'confidential'}${dynamic ? ', registered itself' : ''}`
}

/** A member to a line; lists of words in one, other values as JSON. */
function renderMembers(client: Record<string, unknown>): string {
  const shown = Object.entries(client).filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
  const width = Math.max(...shown.map(([name]) => name.length))
  const render = (value: unknown): string => {
    if (Array.isArray(value)) return value.join(' ')
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${render(value)}\n`).join('')
}

export const clientCommands: readonly Command[] = [createClient, list, show, updateClient, rotateSecret, remove]
