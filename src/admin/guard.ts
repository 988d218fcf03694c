import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { readBearer } from '../protocol/bearer.ts'
import { CountersignError } from '../protocol/errors.ts'

type Guard = (request: FastifyRequest) => Promise<void>

/**
 * Nothing here is for a web page, and a browser that is made to come here (DNS rebinding included) says so.
 */
export const guardAgainstBrowsers: Guard = async ({ headers }) => {
  if (headers.origin !== undefined) {
    throw new CountersignError('cross_site_request', {
      reason: 'admin/browser', sentence: 'The admin listener answers no browser.'
    })
  }
}

/** Both sides are hashed, so that the comparison takes as long whatever was sent. */
export function guardWithToken(token: string): Guard {
  const expected = digest(token)
  return async ({ headers }) => {
    const given = readBearer(headers.authorization)
    if (given === undefined) {
      throw new CountersignError('token_missing', {
        reason: 'admin/no-token', sentence: 'The admin token is required.'
      })
    }
    if (!timingSafeEqual(digest(given), expected)) {
      throw new CountersignError('invalid_token', {
        reason: 'admin/wrong-token', sentence: 'The admin token is wrong.'
      })
    }
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
