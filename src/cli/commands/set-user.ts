import { UsageError, type Command } from '../command.ts'
import { printable } from '../render-table.ts'

interface User {
  email: string
}

/** What is said of a user to the clients that may know it. */
export const setUser: Command = {
  name: 'users set',
  summary: 'Say who a user is, to the clients that may know it',
  operands: ['USER'],
  options: {
    name: { description: 'The full name; removed when empty', value: 'TEXT' },
    'email-verified': { description: 'Whether mail to the address reaches the user', value: 'true|false' },
    claim: {
      description: 'A claim such as given_name=Ada or address.locality=London; removed when empty. ' +
        'The parts of an address replace the whole address',
      value: 'NAME=VALUE', multiple: true
    }
  },
  async run({ operands, text, texts, connect }) {
    const name = text('name')
    const verified = text('email-verified')
    const claims = texts('claim')
    if (name === undefined && verified === undefined && claims === undefined) {
      throw new UsageError('Say what to set: --name, --email-verified or --claim.')
    }
    const body = {
      ...(name !== undefined && { name: name === '' ? null : name }),
      ...(verified !== undefined && { email_verified: readBoolean('--email-verified', verified) }),
      ...(claims && { claims: readClaims(claims) })
    }
    const admin = await connect()
    const user = await admin.patch<User>(`/admin/users/${encodeURIComponent(operands[0]!)}`, body)
    return { json: user, text: `What is said of ${printable(user.email)} is set.\n` }
  }
}

type ClaimValue = string | boolean | null | Record<string, string>

function readClaims(pairs: readonly string[]): Record<string, ClaimValue> {
  const claims = new Map<string, ClaimValue>()
  for (const pair of pairs) {
    const [, name, part, value] = /^([a-z_]+)(?:\.([a-z_]+))?=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) throw new UsageError(`--claim is NAME=VALUE, such as given_name=Ada.`)
    if (part !== undefined) claims.set(name, { ...claims.get(name) as object, [part]: value })
    else claims.set(name, readValue(name, value))
  }
  return Object.fromEntries(claims)
}

function readValue(name: string, value: string): string | boolean | null {
  if (value === '') return null
  return name === 'phone_number_verified' ? readBoolean(`--claim ${name}`, value) : value
}

function readBoolean(option: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new UsageError(`${option} is true or false.`)
  return value === 'true'
}
