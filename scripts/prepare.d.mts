export interface Preparation {
  root?: string
  say?: (line: string) => void
  /** Runs npm with these arguments in that folder. */
  run?: (args: string[], root: string) => void
}

export function findNodeFault(version: string): string | undefined
export function needsInstall(root: string): boolean
export function needsBuild(root: string, digest: string): boolean
export function digestSources(root: string): string
export function prepare(preparation?: Preparation): Promise<void>
export function runNpm(args: string[], cwd: string): void
export function stopWith(error: unknown): never
