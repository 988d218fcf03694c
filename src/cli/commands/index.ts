import type { Command } from '../command.ts'
import { apiCommands } from './apis.ts'
import { audit } from './audit.ts'
import { clientCommands } from './clients.ts'
import { doctor } from './doctor.ts'
import { keyCommands } from './keys.ts'
import { migrate } from './migrate.ts'
import { reach } from './reach.ts'
import { revoke } from './revoke.ts'
import { serve } from './serve.ts'
import { userCommands } from './users.ts'
import { verifierCommands } from './verifiers.ts'

/** Every sub-command, in the order in which `--help` shows them. */
export const commands: readonly Command[] = [
  serve, migrate, ...userCommands, ...clientCommands, ...apiCommands, ...keyCommands, revoke, reach, ...verifierCommands, audit, doctor
]
