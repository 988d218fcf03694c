export function withLock<T>(file: string, say: (line: string) => void, act: () => T | Promise<T>): Promise<T>
