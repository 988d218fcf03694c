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

  return {
    find({ token, headerLength }) {
      const wanted = token.slice(0, headerLength)
      for (const { segment, header } of kept) if (segment === wanted) return header
      return undefined
    },
    keep({ token, headerLength }, header) {
      if (kept.some(each => each.header === header || each.segment === token.slice(0, headerLength))) return
      kept.unshift({ segment: token.slice(0, headerLength), header })
      kept.length = Math.min(kept.length, size)
    }
  }
}
