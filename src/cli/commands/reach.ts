import { UsageError, type Command } from '../command.ts'
import { followReach, readWait, waitOptions } from '../follow-reach.ts'

export const reach: Command = {
  name: 'revocations reach',
  summary: 'Tell at which verifiers a revocation is effective, and who lags',
  operands: ['SEQ'],
  options: waitOptions,
  async run(invocation) {
    const [seq] = invocation.operands
    if (!/^[1-9][0-9]{0,14}$/.test(seq!)) throw new UsageError('SEQ is the number that revoking answered.')
    const wait = readWait(invocation)
    const followed = await followReach(await invocation.connect(), { seq: Number(seq), wait })
    return { json: followed.reach, text: followed.text, exitCode: followed.exitCode }
  }
}
