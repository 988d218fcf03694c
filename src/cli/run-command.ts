import { parseArgs } from 'node:util'
import { ConfigError } from '../config.ts'
import { CountersignError, isUnavailable } from '../protocol/errors.ts'
import type { AdminCaller } from './admin-caller.ts'
import { UsageError, type Command, type Invocation, type Outcome } from './command.ts'
import { commonOptions, renderHelp, renderOverview } from './render-help.ts'
import type { Terminal } from './terminal.ts'

export interface CommandLine {
  commands: readonly Command[]
  terminal: Terminal
  connect(): Promise<AdminCaller>
}

/**
 * Runs what was typed. Returns the exit code, or undefined when the process has become the service: 0 done, 1
 * it could not be done, 2 it was not a command.
 */
export async function runCommand(args: readonly string[], line: CommandLine): Promise<number | undefined> {
  const { terminal, commands } = line
  try {
    if (args[0] === undefined || args[0] === '--help' || args[0] === 'help') {
      terminal.out(renderOverview(commands))
      return args[0] === undefined ? 2 : 0
    }
    return await runNamed(findCommand(args, commands), line)
  } catch (error) {
    terminal.err(`countersign: ${describe(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

interface Named {
  command: Command
  rest: readonly string[]
}

async function runNamed({ command, rest }: Named, line: CommandLine): Promise<number | undefined> {
  const { terminal } = line
  if (rest.includes('--help')) {
    terminal.out(renderHelp(command))
    return 0
  }
  const parsed = parse(command, rest)
  let caller: AdminCaller | undefined
  try {
    const outcome = await command.run({
      ...parsed, terminal,
      connect: async () => caller ??= await line.connect()
    })
    print(outcome, parsed.isSet('json'), terminal)
    return outcome.staysRunning ? undefined : outcome.exitCode ?? 0
  } finally {
    await caller?.close()
  }
}

function print({ json, text, staysRunning }: Outcome, asJson: boolean, terminal: Terminal): void {
  if (!staysRunning) terminal.out(asJson ? `${JSON.stringify(json)}\n` : text)
}

function findCommand(args: readonly string[], commands: readonly Command[]): Named {
  const [first = '', second = ''] = args
  for (const [words, name] of [[2, `${first} ${second}`], [1, first]] as const) {
    const command = commands.find(candidate => candidate.name === name)
    if (command !== undefined) return { command, rest: args.slice(words) }
  }
  const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  throw new UsageError(family.length > 0
    ? `"${first}" needs one of: ${family.join(', ')}. "countersign --help" tells more.`
    : `There is no command "${first}". "countersign --help" lists them.`)
}

type Parsed = Pick<Invocation, 'operands' | 'text' | 'texts' | 'isSet'>

function parse(command: Command, rest: readonly string[]): Parsed {
  const hint = `"countersign ${command.name} --help" tells the options.`
  const declared = { ...command.options, ...commonOptions }
  const options = Object.fromEntries(Object.entries(declared).map(([name, { value, multiple }]) =>
    [name, { type: value === undefined ? 'boolean' as const : 'string' as const, multiple: multiple ?? false }]))
  const { values, positionals } = parseStrictly([...rest], options, hint)
  const wanted = command.operands ?? []
  if (positionals.length !== wanted.length) {
    throw new UsageError(`It is "countersign ${[command.name, ...wanted].join(' ')}", not with ` +
      `${positionals.length} such argument(s). ${hint}`)
  }
  for (const [name, { required }] of Object.entries(command.options)) {
    if (required && values[name] === undefined) throw new UsageError(`--${name} is missing. ${hint}`)
  }
  return {
    operands: positionals,
    text: option => values[option] as string | undefined,
    texts: option => values[option] as string[] | undefined,
    isSet: option => values[option] === true
  }
}

type ParseOptions = Record<string, { type: 'boolean' | 'string'; multiple: boolean }>

function parseStrictly(args: string[], options: ParseOptions, hint: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.replace(/\.?$/, '.')} ${hint}`)
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message}\n"countersign doctor" examines the rest, too.`
  if (error instanceof CountersignError && isUnavailable(error)) {
    return `What the command needs is away (${error.reason}). "countersign doctor" says what is wrong and what to do.`
  }
  return error instanceof Error ? error.message : String(error)
}
