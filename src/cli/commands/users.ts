import type { Command, Invocation, Outcome } from '../command.ts'
import { queryOf } from '../query-of.ts'
import { passwordOption, readPassword } from '../read-password.ts'
import { renderTable, renderTime } from '../render-table.ts'
import { setUser } from './set-user.ts'

interface User {
  id: string
  email: string
  name: string | null
  role: string
  disabledAt: string | null
  createdAt: string
}

const create: Command = {
  name: 'users create',
  summary: 'Make a user',
  options: {
    email: { description: 'The address to sign in with', value: 'ADDRESS', required: true },
    name: { description: 'How the user is called', value: 'TEXT' },
    role: { description: 'The role in the tokens; "user" when not given', value: 'ROLE' },
    ...passwordOption,
    'password-hash-stdin': { description: 'Read an argon2 or bcrypt hash to import from standard input' }
  },
  async run(invocation) {
    const { text, terminal, isSet, connect } = invocation
    const credential = isSet('password-hash-stdin')
      ? { passwordHash: await terminal.readAll() }
      : { password: await readPassword(invocation) }
    const admin = await connect()
    const user = await admin.post<User>('/admin/users', {
      email: text('email'), name: text('name'), role: text('role'), ...credential
    })
    return { json: user, text: `Made the user ${user.email} with the id ${user.id}.\n` }
  }
}

const list: Command = {
  name: 'users list',
  summary: 'List the users, in the order in which they were made',
  options: {
    limit: { description: 'How many at most; 100 when not given', value: 'NUMBER' },
    after: { description: 'Go on after the user with this id', value: 'ID' }
  },
  async run(invocation) {
    const admin = await invocation.connect()
    const { users } = await admin.get<{ users: User[] }>(`/admin/users?${queryOf(invocation, ['limit', 'after'])}`)
    return {
      json: users,
      text: renderTable(users, [
        ['ID', user => user.id], ['EMAIL', user => user.email], ['ROLE', user => user.role],
        ['NAME', user => user.name], ['STATE', user => user.disabledAt === null ? 'enabled' : 'disabled'],
        ['SINCE', user => renderTime(user.createdAt)]
      ])
    }
  }
}

const disable: Command = {
  name: 'users disable',
  summary: 'Sign a user out everywhere and refuse further sign-ins',
  operands: ['USER'],
  options: {},
  run: invocation => change(invocation, 'disable', user => `${user.email} is disabled and signed out everywhere.\n`)
}

const enable: Command = {
  name: 'users enable',
  summary: 'Let a disabled user sign in again',
  operands: ['USER'],
  options: {},
  run: invocation => change(invocation, 'enable', user => `${user.email} may sign in again.\n`)
}

const setPassword: Command = {
  name: 'users set-password',
  summary: 'Give a user another password and sign them out everywhere',
  operands: ['USER'],
  options: passwordOption,
  async run(invocation) {
    const password = await readPassword(invocation)
    return change(invocation, 'password',
      user => `The password of ${user.email} is set; every session has ended.\n`, { password })
  }
}

/** `USER` is an id or an email address. */
async function change(
  { operands, connect }: Invocation, act: string, ...[sentence, body]: [(user: User) => string, object?]
): Promise<Outcome> {
  const admin = await connect()
  const user = await admin.post<User>(`/admin/users/${encodeURIComponent(operands[0]!)}/${act}`, body)
  return { json: user, text: sentence(user) }
}

export const userCommands: readonly Command[] = [create, list, setUser, disable, enable, setPassword]
