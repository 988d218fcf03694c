import type { Command, Option } from './command.ts'

export const commonOptions: Readonly<Record<string, Option>> = {
  json: { description: 'Print JSON instead of text' },
  help: { description: 'Show this' }
}

export function renderOverview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'Usage: countersign COMMAND [OPTIONS]', '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`), '',
    'countersign COMMAND --help tells the options of one. Settings come from the environment, as for the',
    'service itself: with DATABASE_URL and REDIS_URL set a command works on those; otherwise on the embedded',
    'database in DATA_DIR, through the service when that is running.', ''
  ].join('\n')
}

export function renderHelp({ name, summary, operands = [], options }: Command): string {
  const lines = Object.entries({ ...options, ...commonOptions }).map(([option, about]) => [
    `  --${option}${about.value === undefined ? '' : ` ${about.value}`}`,
    `${about.description}${about.required ? ' (required)' : ''}${about.multiple ? ' (may be repeated)' : ''}`
  ] as const)
  const width = Math.max(...lines.map(([left]) => left.length))
  return [
    `Usage: countersign ${[name, ...operands].join(' ')} [OPTIONS]`, '', `${summary}.`, '',
    ...lines.map(([left, right]) => `${left.padEnd(width)}  ${right}`), ''
  ].join('\n')
}
