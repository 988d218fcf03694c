import { UsageError, type Command, type Invocation } from '../command.ts'
import { renderTable, renderTime } from '../render-table.ts'

interface Api {
  identifier: string
  name: string
  scope: string
  token_lifetime: number | null
  clients: string[]
  status_list: boolean
  created_at: string
}

const description = {
  name: { description: 'How people know it; users read it when they are asked', value: 'TEXT' },
  scopes: { description: 'Its scopes, separated by spaces, such as "orders:read orders:write"', value: 'LIST' },
  client: { description: 'The id of a client that may ask for it', value: 'ID', multiple: true },
  'status-list': {
    description: 'Whether the tokens of its users name their place in a Token Status List: "on" or "off"', value: 'on|off'
  }
} as const

const create: Command = {
  name: 'apis create',
  summary: 'Register an API, so that clients can ask for tokens for it',
  options: {
    identifier: { description: 'What `aud` says in its tokens, such as https://orders.example', value: 'URI', required: true },
    ...description,
    'token-lifetime': { description: 'Seconds that its tokens live; ACCESS_TOKEN_LIFETIME when not given', value: 'SECONDS' }
  },
  async run(invocation) {
    const { identifier, tokenLifetime, ...rest } = { ...readOptions(invocation), identifier: invocation.text('identifier') }
    if (tokenLifetime === null) throw new UsageError('Leave --token-lifetime out for the default.')
    const admin = await invocation.connect()
    const made = await admin.post<Pick<Api, 'identifier'>>('/admin/apis', { identifier, tokenLifetime, ...rest })
    return { json: made, text: `Registered the API ${made.identifier}.\n` }
  }
}

const list: Command = {
  name: 'apis list',
  summary: 'List the APIs',
  options: {},
  async run({ connect }) {
    const admin = await connect()
    const { apis } = await admin.get<{ apis: Api[] }>('/admin/apis')
    return {
      json: apis,
      text: renderTable(apis, [
        ['IDENTIFIER', api => api.identifier], ['NAME', api => api.name], ['SCOPES', api => api.scope],
        ['LIFETIME', api => api.token_lifetime ?? 'default'], ['STATUS LIST', api => api.status_list ? 'on' : 'off'], ['CLIENTS', api => api.clients.join(' ')],
        ['SINCE', api => renderTime(api.created_at)]
      ])
    }
  }
}

const update: Command = {
  name: 'apis update',
  summary: 'Change an API; what is not named stays as it is',
  operands: ['IDENTIFIER'],
  options: {
    ...description,
    'token-lifetime': { description: 'Seconds that its tokens live, or "default"', value: 'SECONDS' },
    'no-clients': { description: 'No client may ask for it any more' },
    'no-scopes': { description: 'It has no scopes any more' }
  },
  async run(invocation) {
    const { isSet, operands, connect } = invocation
    const { clients, scopes, ...rest } = readOptions(invocation)
    if ((clients && isSet('no-clients')) || (scopes && isSet('no-scopes'))) {
      throw new UsageError('A list cannot be given and emptied at once.')
    }
    const changes = {
      ...rest, clients: isSet('no-clients') ? [] : clients, scopes: isSet('no-scopes') ? [] : scopes
    }
    if (Object.values(changes).every(value => value === undefined)) throw new UsageError('Say what to change.')
    const admin = await connect()
    const changed = await admin.post<Pick<Api, 'identifier'>>(pathOf(operands), changes)
    return { json: changed, text: `Changed the API ${changed.identifier}.\n` }
  }
}

const remove: Command = {
  name: 'apis delete',
  summary: 'Delete an API: no further token is for it, and those that are run their time',
  operands: ['IDENTIFIER'],
  options: {},
  async run({ operands, connect }) {
    const admin = await connect()
    const deleted = await admin.remove<Pick<Api, 'identifier'>>(pathOf(operands))
    return { json: deleted, text: `Deleted the API ${deleted.identifier}.\n` }
  }
}

const pathOf = ([identifier]: readonly string[]): string => `/admin/apis/${encodeURIComponent(identifier!)}`

function readOptions({ text, texts }: Invocation) {
  const scopes = text('scopes')?.split(/\s+/).filter(scope => scope !== '')
  if (scopes?.length === 0) throw new UsageError('--scopes needs at least one word; leave it out for none.')
  return {
    name: text('name'), scopes, clients: texts('client'), tokenLifetime: readLifetime(text('token-lifetime')),
    statusList: readSwitch(text('status-list'))
  }
}

function readSwitch(value: string | undefined): boolean | undefined {
  if (value !== undefined && !['on', 'off'].includes(value)) throw new UsageError('--status-list is "on" or "off".')
  return value === undefined ? undefined : value === 'on'
}

function readLifetime(value: string | undefined): number | null | undefined {
  if (value === undefined) return undefined
  if (value === 'default') return null
  if (!/^\d{1,9}$/.test(value)) throw new UsageError('--token-lifetime is a number of seconds.')
  return Number(value)
}

export const apiCommands: readonly Command[] = [create, list, update, remove]
