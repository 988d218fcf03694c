import type { KeyDescription } from '../../admin/describe-keys.ts'
import { UsageError, type Command } from '../command.ts'
import { followReach, readWait, waitOptions } from '../follow-reach.ts'
import { renderTable, renderTime } from '../render-table.ts'
import { showRotation } from '../show-rotation.ts'

interface Rotated {
  kid: string
  signsFrom: string
}

interface Removed {
  kid: string
  seq: number
}

const list: Command = {
  name: 'keys list',
  summary: 'List the keys with their times',
  options: {},
  async run({ connect }) {
    const admin = await connect()
    const { keys } = await admin.get<{ keys: KeyDescription[] }>('/admin/keys')
    return {
      json: keys,
      text: renderTable(keys, [
        ['KID', key => key.kid], ['FOR', key => key.purpose === 'sign' ? 'access tokens' : 'refresh tokens'],
        ['STATE', key => key.state], ['PUBLISHED', key => renderTime(key.publishedAt)],
        ['SIGNS FROM', key => renderTime(key.signsFrom)], ['SIGNS UNTIL', key => renderTime(key.signsUntil)],
        ['REMOVED AFTER', key => renderTime(key.removedAt ?? key.removedAfter)],
        ['SEALED WITH', key => key.sealedWith]
      ])
    }
  }
}

const rotate: Command = {
  name: 'keys rotate',
  summary: 'Let the standby key take over as soon as every verifier can know it',
  options: {
    plan: { description: 'Change nothing: tell who lacks the new key, when the last token under the old one ends, the earliest safe moment' },
    at: { description: 'At this time, such as 2026-12-01T09:30:00Z; refused where somebody may lack the key then', value: 'TIME' },
    now: { description: 'At once, or not at all' },
    force: { description: 'Whatever is safe; without --at at once: verifiers that lack the key refuse its tokens for a while' },
    purpose: { description: '"sign" for access tokens (when not given) or "mac" for refresh tokens', value: 'PURPOSE' }
  },
  async run({ isSet, text, connect }) {
    const purpose = text('purpose') ?? 'sign'
    if (purpose !== 'sign' && purpose !== 'mac') throw new UsageError('--purpose is "sign" or "mac".')
    if (isSet('now') && text('at') !== undefined) throw new UsageError('It is --now or --at, not both.')
    const at = isSet('now') ? 'now' : text('at')
    if (isSet('plan')) {
      if (isSet('force') || at !== undefined || purpose === 'mac') throw new UsageError('--plan only looks, at the signing keys: leave the other options out.')
      return showRotation(await connect())
    }
    const admin = await connect()
    const rotated = await admin.post<Rotated>('/admin/keys/rotate', { force: isSet('force'), purpose, at })
    return { json: rotated, text: `The key ${rotated.kid} signs from ${renderTime(rotated.signsFrom)}.\n` }
  }
}

const remove: Command = {
  name: 'keys remove',
  summary: 'Take a compromised key out of use at once: every token it made ends, the standby takes over',
  operands: ['KID'],
  options: {
    compromised: { description: 'Required: says that you know what this does' },
    reason: { description: 'Why, for the audit trail', value: 'TEXT' },
    ...waitOptions
  },
  async run(invocation) {
    const { operands, isSet, text, connect } = invocation
    if (!isSet('compromised')) {
      throw new UsageError('Removing a key ends every token it made. If it is compromised, add --compromised; ' +
        'otherwise "countersign keys rotate" replaces it without ending anything.')
    }
    const wait = readWait(invocation)
    const admin = await connect()
    const path = `/admin/keys/${encodeURIComponent(operands[0]!)}/remove`
    const removed = await admin.post<Removed>(path, { compromised: true, reason: text('reason') })
    const sentence = `Removed the key ${removed.kid}; its tokens ended with revocation ${removed.seq}.\n`
    const { reach, text: told, exitCode } = await followReach(admin, { seq: removed.seq, wait, isKnown: true })
    return { json: { ...removed, reach }, text: sentence + told, exitCode }
  }
}

const reseal: Command = {
  name: 'keys reseal',
  summary: 'Seal every key under the first master key of the file, so that the others can be taken out',
  options: {},
  async run({ connect }) {
    const admin = await connect()
    const answer = await admin.post<{ resealed: number }>('/admin/keys/reseal')
    return { json: answer, text: `Sealed ${answer.resealed} key(s) anew.\n` }
  }
}

export const keyCommands: readonly Command[] = [list, rotate, remove, reseal]
