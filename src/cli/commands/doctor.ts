import type { Finding } from '../../doctor/finding.ts'
import { readConfig } from '../../config.ts'
import { askRunning } from '../ask-running.ts'
import type { Command } from '../command.ts'
import { diagnose } from '../../doctor/diagnose.ts'
import { printable } from '../render-table.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Examine configuration, database, Redis, keys, clocks and listeners: what is wrong and what to do',
  options: {},
  async run() {
    const findings = await diagnose(readConfig, askRunning)
    const failed = findings.filter(({ level }) => level === 'fail').length
    const json = { healthy: failed === 0, findings }
    return { json, text: render(findings, failed), exitCode: failed === 0 ? 0 : 1 }
  }
}

const labels: Record<Finding['level'], string> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' }

function render(findings: readonly Finding[], failed: number): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, level, message, remedy }) => [
    `${labels[level]}  ${check.padEnd(width)}  ${printable(message)}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(width + 8)}→ ${printable(remedy)}`])
  ])
  return `${lines.join('\n')}\n\n${failed === 0 ? 'Nothing is wrong.' : `${failed} thing(s) must be put right.`}\n`
}
