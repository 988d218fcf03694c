import type { VerifierDescription } from '../../admin/routes/verifiers.ts'
import type { Command } from '../command.ts'
import { renderTable, renderTime } from '../render-table.ts'

const list: Command = {
  name: 'verifiers list',
  summary: 'List who follows the revocation feed, and how far each has come',
  options: {},
  async run({ connect }) {
    const admin = await connect()
    const answer = await admin.get<{ head: number; verifiers: VerifierDescription[] }>('/admin/verifiers')
    return {
      json: answer,
      text: `The journal stands at ${answer.head}.\n\n` + renderTable(answer.verifiers, [
        ['CLIENT', each => each.client_id], ['INSTANCE', each => each.instance], ['STATE', each => each.state],
        ['STANDS AT', each => each.seq], ['HEARD OF', each => renderTime(each.acknowledged_at)],
        ['MAX STALENESS', each => each.max_staleness], ['WHEN STALE', each => each.when_stale], ['KEYS', each => each.kids?.length]
      ])
    }
  }
}

const remove: Command = {
  name: 'verifiers remove',
  summary: 'Wait no more for a verifier that is gone for good',
  operands: ['CLIENT', 'INSTANCE'],
  options: {},
  async run({ operands, connect }) {
    const admin = await connect()
    const [client, instance] = operands.map(encodeURIComponent)
    const removed = await admin.remove<Pick<VerifierDescription, 'client_id' | 'instance'>>(`/admin/verifiers/${client}/${instance}`)
    return { json: removed, text: `Nobody waits for ${removed.client_id} ${removed.instance} any more.\n` }
  }
}

export const verifierCommands: readonly Command[] = [list, remove]
