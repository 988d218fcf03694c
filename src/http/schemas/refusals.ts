import { errorTable, type ErrorCode } from '../../protocol/errors.ts'
import type { Face } from '../project-error.ts'
import { json, page, type Answer } from './answer.ts'

/** What a route may refuse, by the table of errors: one answer per status, which names the codes. */
export function refusals(face: Face, ...codes: ErrorCode[]): Record<string, Answer> {
  const names = new Map<number, Set<string>>()
  for (const code of codes) {
    const row = errorTable[code]
    const status = face === 'api' && 'apiStatus' in row ? row.apiStatus : row.status
    names.set(status, (names.get(status) ?? new Set()).add(face === 'api' ? row.code : row.oauth))
  }
  const { $id } = errorSchemas[face]
  const answer = (description: string): Answer => json(description, { $ref: `${$id}#` })
  return {
    ...Object.fromEntries([...names].map(([status, said]) => [status, answer([...said].join(', '))])),
    default: answer('Any other refusal.')
  }
}

/** Where a person looks on. */
export function pageRefusals(): Record<string, Answer> {
  return { default: page('A page that says what is wrong.') }
}

/** The two voices of a refusal; see project-error.ts. */
export const errorSchemas = {
  oauth: {
    $id: 'OAuthError',
    type: 'object',
    required: ['error', 'error_description'],
    properties: {
      error: { type: 'string', description: 'A code of RFC 6749 and its relatives.' },
      error_description: { type: 'string', description: 'A sentence for a person.' }
    }
  },
  api: {
    $id: 'ApiError',
    type: 'object',
    required: ['error', 'code'],
    properties: {
      error: { type: 'string', description: 'A sentence for a person.' },
      code: { type: 'string', description: 'A code for a program.' }
    }
  }
} as const
