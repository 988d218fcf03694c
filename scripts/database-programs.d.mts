export interface DatabasePrograms {
  initdb?: string
  postgres?: string
  redis?: string
  /** Whom PostgreSQL has to run as when this process is root. */
  postgresUser?: { uid: number; gid: number } | undefined
}

export function findPrograms(
  options: { postgres: boolean; redis: boolean; say: (line: string) => void }
): DatabasePrograms
