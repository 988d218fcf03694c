export interface TapReader {
  write(chunk: string): void
  end(): { passed: number, failed: number }
}

export function createTapReader(say: (line: string) => void): TapReader
