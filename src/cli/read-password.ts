import { CommandError, type Invocation, type Option } from './command.ts'

/** Never an argument: those are seen by everyone on the machine and kept in the shell's history. */
export const passwordOption: Record<string, Option> = {
  'password-stdin': { description: 'Read the password from standard input instead of asking for it' }
}

/** A new password: from standard input, or asked for twice at the terminal. */
export async function readPassword({ isSet, terminal }: Invocation): Promise<string> {
  if (isSet('password-stdin')) return terminal.readAll()
  const password = await terminal.askHidden('Password: ')
  if (await terminal.askHidden('Once more: ') !== password) {
    throw new CommandError('The two passwords differ; nothing was changed. Try again.')
  }
  return password
}
