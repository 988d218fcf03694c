import type { AdminCaller } from './admin-caller.ts'
import type { Terminal } from './terminal.ts'

/**
 * One sub-command of `countersign`. A further one is written in commands/ and listed in commands/index.ts.
 */
export interface Command {
  /** What is typed, such as `users create`. */
  name: string
  summary: string
  /** What stands behind the options, such as `KID`; all of them are required. */
  operands?: readonly string[]
  options: Readonly<Record<string, Option>>
  run(invocation: Invocation): Promise<Outcome>
}

export interface Option {
  description: string
  /** What its value is called, such as `TEXT`. Without one it is a switch. */
  value?: string
  /** May be given more than once. */
  multiple?: true
  required?: true
}

export interface Invocation {
  operands: readonly string[]
  text(option: string): string | undefined
  texts(option: string): string[] | undefined
  isSet(option: string): boolean
  terminal: Terminal
  /** Reaches the service, running or stopped; closed when the command has ended. */
  connect(): Promise<AdminCaller>
}

/** What a command answers: data for `--json`, text for people. */
export interface Outcome {
  json: unknown
  text: string
  exitCode?: number
  /** The process goes on after the command: it has become the service. */
  staysRunning?: true
}

/** What was typed cannot be a command: exit code 2. */
export class UsageError extends Error {}

/** The command could not do its work: exit code 1. The message says what to do. */
export class CommandError extends Error {
  /** The status of the answer that it comes from, where there was one. */
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}
