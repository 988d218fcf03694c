import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { readBearer } from '../protocol/bearer.ts'
import { CountersignError } from '../protocol/errors.ts'
import { sha256 } from '../protocol/sha256.ts'

type Guard = (request: FastifyRequest) => Promise<void>

/**
 * Nothing here is for a web page. A browser says where it comes from; and one that was led here by a name that a stranger
 * owns (DNS rebinding) asks for that name.
 */
export function guardAgainstBrowsers(adminHost: string): Guard {
  // On a private network, scrapers come by names that only that network knows.
  const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(adminHost)
  return async ({ headers, hostname }) => {
    const name = hostname.replace(/^\[|\]$/g, '')
    const isOurs = !isLoopback || isIP(name) !== 0 || name === 'localhost'
    if (headers.origin === undefined && isOurs) return
    throw new CountersignError('cross_site_request', {
      reason: 'admin/browser', sentence: 'The admin listener answers no browser, and only under an address of its own.'
    })
  }
}

/** Both sides are hashed, so that the comparison takes as long whatever was sent. */
export function guardWithToken(token: string): Guard {
  const expected = sha256(token)
  return async ({ headers }) => {
    const given = readBearer(headers.authorization)
    if (given === undefined) {
      throw new CountersignError('token_missing', {
        reason: 'admin/no-token', sentence: 'The admin token is required.'
      })
    }
    if (!timingSafeEqual(sha256(given), expected)) {
      throw new CountersignError('invalid_token', {
        reason: 'admin/wrong-token', sentence: 'The admin token is wrong.'
      })
    }
  }
}
