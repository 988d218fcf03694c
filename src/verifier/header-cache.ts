import type { CompactToken } from './compact-token.ts'
import type { VerifiedToken } from './verifier.ts'

export type Header = VerifiedToken['header']

/** Headers that were read before: tokens under one key have one, byte for byte. */
export interface HeaderCache {
  find(compact: CompactToken): Header | undefined
  keep(compact: CompactToken, header: Header): void
}

/** As many as keys are in use at a time, at the most. */
const size = 4

export function createHeaderCache(): HeaderCache {
  const kept: Array<{ segment: string; header: Header }> = []

  const isKept = ({ token, headerLength }: CompactToken, segment: string): boolean =>
    segment.length === headerLength && token.startsWith(segment)

  return {
    find(compact) {
      for (const { segment, header } of kept) if (isKept(compact, segment)) return header
      return undefined
    },
    keep(compact, header) {
      if (kept.some(({ segment }) => isKept(compact, segment))) return
      kept.unshift({ segment: compact.token.slice(0, compact.headerLength), header })
      kept.length = Math.min(kept.length, size)
    }
  }
}
