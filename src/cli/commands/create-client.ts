import type { Command } from '../command.ts'
import { clientOptions, readClientOptions } from './client-options.ts'

export interface Secret {
  client_id: string
  client_secret?: string
}

const { name, grants, ...others } = clientOptions

export const createClient: Command = {
  name: 'clients create',
  summary: 'Register a client; its secret is shown this once',
  options: {
    id: { description: 'The client id; made up when not given', value: 'ID' }, name: name!, grants: { ...grants!, required: true }, ...others
  },
  async run(invocation) {
    const body = { id: invocation.text('id'), ...await readClientOptions(invocation) }
    const admin = await invocation.connect()
    const made = await admin.post<Secret>('/admin/clients', body)
    return { json: made, text: renderSecret(made) }
  }
}

export function renderSecret({ client_id: id, client_secret: secret }: Secret): string {
  if (secret === undefined) return `client_id  ${id}\n`
  return `client_id      ${id}\nclient_secret  ${secret}\n\nKeep the secret now: it is not shown again.\n`
}
