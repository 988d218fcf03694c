import { UsageError, type Command } from '../command.ts'
import { renderTable, renderTime } from '../render-table.ts'

interface Client {
  client_id: string
  client_name: string
  grant_types: string[]
  scope: string
  audience: string[]
  token_endpoint_auth_methods: string[]
  created_at: string
}

interface Secret {
  client_id: string
  client_secret?: string
}

interface Deleted {
  client_id: string
  seq: number
}

const create: Command = {
  name: 'clients create',
  summary: 'Register a client; its secret is shown this once',
  options: {
    id: { description: 'The client id; made up when not given', value: 'ID' },
    name: { description: 'How people know it', value: 'TEXT' },
    grants: {
      value: 'LIST', required: true,
      description: 'Grant types, separated by spaces or commas, such as client_credentials'
    },
    scopes: {
      value: 'LIST',
      description: 'Scopes it may ask for, separated by spaces, such as "orders:read revocations:read"'
    },
    audience: {
      value: 'TEXT', multiple: true, description: 'A service that its tokens are for; the issuer when not given'
    },
    'redirect-uri': { description: 'Where users may be sent back to', value: 'URI', multiple: true },
    public: { description: 'It cannot keep a secret: an app or a page in the hands of its users' }
  },
  async run({ text, texts, isSet, connect }) {
    const admin = await connect()
    const made = await admin.post<Secret>('/admin/clients', {
      id: text('id'), name: text('name'), grants: words(text('grants')), scopes: words(text('scopes')),
      audience: texts('audience'), redirectUris: texts('redirect-uri'), public: isSet('public')
    })
    return { json: made, text: renderSecret(made) }
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
        ['KIND', client => client.token_endpoint_auth_methods.includes('none') ? 'public' : 'confidential'],
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

function words(list: string | undefined): string[] | undefined {
  if (list === undefined) return undefined
  const found = list.split(/[\s,]+/).filter(word => word !== '')
  if (found.length === 0) {
    throw new UsageError('--grants and --scopes need at least one word each; leave --scopes out for none.')
  }
  return found
}

function renderSecret({ client_id: id, client_secret: secret }: Secret): string {
  if (secret === undefined) return `client_id  ${id}\n`
  return `client_id      ${id}\nclient_secret  ${secret}\n\nKeep the secret now: it is not shown again.\n`
}

export const clientCommands: readonly Command[] = [create, list, rotateSecret, remove]
