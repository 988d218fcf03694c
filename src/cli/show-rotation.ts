import type { RotationDescription } from '../admin/describe-rotation.ts'
import type { AdminCaller } from './admin-caller.ts'
import type { Outcome } from './command.ts'
import { renderTable, renderTime } from './render-table.ts'

/** What a rotation of the signing keys would meet, for `keys rotate --plan`. */
export async function showRotation(admin: AdminCaller): Promise<Outcome> {
  const plan = await admin.get<RotationDescription>('/admin/keys/rotation')
  const lines = [
    ['Signs now', plan.signing], ['Takes over', plan.standby],
    ['As planned at', renderTime(plan.planned_at)],
    ['Caches of the JWKS have it by', renderTime(plan.caches_know_at)],
    ['Earliest safe moment', plan.earliest_at === null ? 'not before every verifier that speaks holds the key' : renderTime(plan.earliest_at)],
    ['After that the last old token ends', renderTime(plan.last_token_ends_at)]
  ] as const
  const width = Math.max(...lines.map(([label]) => label.length))
  const text = lines.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('') +
    listHolders('These verifiers lack the new key:', plan.lacking) +
    listHolders('Of these nothing is known, for they are silent or have not said which keys they hold:', plan.unknown)
  return { json: plan, text }
}

function listHolders(heading: string, holders: RotationDescription['lacking']): string {
  return holders.length === 0 ? '' : `\n${heading}\n\n` + renderTable(holders, [
    ['CLIENT', each => each.client_id], ['INSTANCE', each => each.instance], ['HEARD OF', each => renderTime(each.acknowledged_at)]
  ])
}
