import { UsageError, type Command, type Invocation, type Option } from '../command.ts'
import { clientOptions, readClientOptions, setMember } from './client-options.ts'
import { renderSecret, type Secret } from './create-client.ts'

interface Changed extends Secret {
  seq?: number
}

const removable = Object.entries(clientOptions).filter(([, { none }]) => none !== undefined)

/** What takes an option back: `--no-trusted`, and `--pkce`. */
const opposite = (name: string): string => name.startsWith('no-') ? name.slice('no-'.length) : `no-${name}`

const removals: Record<string, Option> = Object.fromEntries(
  removable.map(([name]) => [opposite(name), { description: `Take --${name} back` }]))

export const updateClient: Command = {
  name: 'clients update',
  summary: 'Change a client; what is not named stays as it is, and a list that is given replaces the former one',
  operands: ['ID'],
  options: { ...clientOptions, ...removals },
  async run(invocation) {
    const body = await readChanges(invocation)
    if (Object.keys(body).length === 0) throw new UsageError('Say what to change.')
    const admin = await invocation.connect()
    const changed = await admin.patch<Changed>(`/admin/clients/${encodeURIComponent(invocation.operands[0]!)}`, body)
    return { json: changed, text: renderChanged(changed) }
  }
}

async function readChanges(invocation: Invocation): Promise<Record<string, unknown>> {
  const { text, texts, isSet } = invocation
  for (const [name, { value, multiple }] of removable) {
    const given = value === undefined ? isSet(name) || undefined : multiple ? texts(name) : text(name)
    if (isSet(opposite(name)) && given !== undefined) throw new UsageError(`--${name} cannot be given and taken back at once.`)
    if ([given].flat().includes('')) throw new UsageError(`--${name} is empty. Say --${opposite(name)} for none.`)
  }
  const body = await readClientOptions(invocation)
  for (const [name, { member, none }] of removable) if (isSet(opposite(name))) setMember(body, member, none)
  return body
}

function renderChanged({ seq, ...secret }: Changed): string {
  return [
    `Changed the client ${secret.client_id}.\n`,
    seq === undefined ? '' : `It is public from now on: what it had been granted before ended with revocation ${seq}.\n`,
    secret.client_secret === undefined ? '' : `\n${renderSecret(secret)}`
  ].join('')
}
