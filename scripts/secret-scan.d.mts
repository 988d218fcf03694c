export function findSecrets(files: { secretsFile: string, logFile: string }): string[]
