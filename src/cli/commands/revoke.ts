import type { TargetKind } from '../../stores/journal.ts'
import { UsageError, type Command, type Invocation, type Option } from '../command.ts'
import { followReach, readWait, waitOptions } from '../follow-reach.ts'

/** What can be revoked: the option, the target it stands for, and its help. */
const targetOptions: Record<string, Option & { target: TargetKind }> = {
  user: { target: 'user', value: 'ID', description: 'Every session of a user, by id or pairwise subject' },
  email: { target: 'user', value: 'ADDRESS', description: 'The same, by email address' },
  client: { target: 'client', value: 'ID', description: 'Every grant and token of a client' },
  session: { target: 'session', value: 'ID', description: 'One sign-in' },
  grant: { target: 'grant', value: 'ID', description: 'One grant: its refresh token and access tokens' },
  token: {
    target: 'token', value: 'JTI-OR-TOKEN', description: 'One access token; "-" reads it from standard input'
  },
  key: { target: 'key', value: 'KID', description: 'A compromised key, as "keys remove" does' },
  everything: { target: 'issuer', description: 'Every grant and token there is: everyone has to sign in again' }
}

export const revoke: Command = {
  name: 'revoke',
  summary: 'End something for good, on every instance and verifier',
  options: {
    ...targetOptions,
    reason: { description: 'Why, for the journal and the audit trail', value: 'TEXT', required: true },
    ...waitOptions
  },
  async run(invocation) {
    const { text, connect } = invocation
    const wait = readWait(invocation)
    const { target, value } = await readTarget(invocation)
    const admin = await connect()
    const revoked = await admin.post<{ target: string; value: string; seq: number }>('/admin/revocations',
      { target, value, reason: text('reason') })
    const name = revoked.target === 'issuer' ? 'everything' : `${revoked.target} ${revoked.value}`
    const done = `Revoked: ${name}, as number ${revoked.seq} of the journal.\n`
    if (wait === 0) return { json: revoked, text: done }
    const { reach, text: told, exitCode } = await followReach(admin, { seq: revoked.seq, wait, isKnown: true })
    return { json: { ...revoked, reach }, text: done + told, exitCode }
  }
}

interface NamedTarget {
  target: TargetKind
  value: string | undefined
}

async function readTarget({ text, isSet, terminal }: Invocation): Promise<NamedTarget> {
  const named = Object.keys(targetOptions).filter(option => isSet(option) || text(option) !== undefined)
  const [option] = named
  if (option === undefined || named.length > 1) {
    throw new UsageError(`Say what to revoke, one thing at a time: --${Object.keys(targetOptions).join(', --')}.`)
  }
  const { target } = targetOptions[option]!
  if (target === 'issuer') return { target, value: undefined }
  return { target, value: text(option) === '-' ? await terminal.readAll() : text(option) }
}
