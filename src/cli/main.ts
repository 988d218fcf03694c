import { readConfig } from '../config.ts'
import { commands } from './commands/index.ts'
import { connectToService } from './connect.ts'
import { runCommand } from './run-command.ts'
import { createTerminal } from './terminal.ts'

/**
 * The `countersign` command. This folder owns what is typed and what is printed; every act goes through the
 * admin API, in the running service or in this process, so that a command can do nothing that the API cannot.
 */

const terminal = createTerminal({ input: process.stdin, output: process.stdout, errors: process.stderr })
// What reads our output may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const exitCode = await runCommand(process.argv.slice(2), {
  commands, terminal, connect: () => connectToService(readConfig())
})
if (exitCode !== undefined) process.exitCode = exitCode
