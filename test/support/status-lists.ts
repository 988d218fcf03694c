import { inflateSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyResult } from 'jose'
import { statusAt, type StatusClaim } from '../../src/protocol/status-list.ts'
import { claimsOf } from './users.ts'

/** A resource server that reads the status of tokens, as the draft says and without the product's verifier. */

export interface ListClaims {
  sub: string
  iat: number
  exp: number
  ttl: number
  status_list: { bits: 1 | 2 | 4 | 8; lst: string }
}

export const statusOf = (accessToken: string): StatusClaim['status_list'] => (claimsOf(accessToken)['status'] as StatusClaim).status_list

/** Verified by the key set of the issuer. Throws where a check fails. */
export async function verifyList(jwt: string, { keys, uri, now = new Date() }: { keys: JSONWebKeySet; uri: string; now?: Date }):
Promise<JWTVerifyResult<ListClaims>> {
  return jwtVerify<ListClaims>(jwt, createLocalJWKSet(keys), {
    typ: 'statuslist+jwt', subject: uri, currentDate: now, requiredClaims: ['iat', 'exp', 'ttl', 'status_list'], algorithms: ['RS256']
  })
}

export function readStatus({ status_list: { bits, lst } }: ListClaims, index: number): number | undefined {
  return statusAt(inflateSync(Buffer.from(lst, 'base64url'), { maxOutputLength: 2 ** 20 }), index, bits)
}

/** The status of an access token, by a request to the service; with its keys of this moment, unless the caller has some. */
export async function askStatus(app: FastifyInstance, accessToken: string, known?: JSONWebKeySet): Promise<number | undefined> {
  const { uri, idx } = statusOf(accessToken)
  const answer = await app.inject({ url: new URL(uri).pathname, headers: { accept: 'application/statuslist+jwt' } })
  const keys = known ?? (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>()
  if (answer.statusCode !== 200) throw new Error(`the list was answered ${answer.statusCode}: ${answer.body}`)
  const { payload } = await verifyList(answer.body, { keys, uri })
  return readStatus(payload, idx)
}
