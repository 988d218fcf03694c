// Ways to verify an access token, each as its own documentation shows it, told to check the same: issuer, audience, time and
// type. `fast-jwt` and `jsonwebtoken` look at nothing else: no canonical encoding, no `crit`, no revocation.
import { createPublicKey, verify as verifyBytes } from 'node:crypto'
import { createVerifier } from 'countersign/verifier'
import { createVerifier as createFastJwt } from 'fast-jwt'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import jwksRsa from 'jwks-rsa'

/** The signature alone, of bytes that are at hand already: no less can be done. */
export function bare({ jwks, tokens }) {
  const key = createPublicKey({ key: jwks.keys[0], format: 'jwk' })
  const parts = tokens.map(token => {
    const end = token.lastIndexOf('.')
    return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')]
  })
  return (_token, at) => {
    const [signed, signature] = parts[at]
    if (!verifyBytes('sha256', signed, key, signature)) throw new Error('a signature is wrong')
  }
}

/** Follows the feed, as in production. The default number of tokens is remembered. */
export async function countersign({ issuer, audience }) {
  const verifier = createVerifier({
    issuer, audience,
    revocation: { mode: 'feed', clientId: 'orders', clientSecret: 'secret', maxStaleness: 60, whenStale: 'reject' }
  })
  await verifier.ready()
  return verifier
}

export function fastJwt({ issuer, audience, jwks, cache = false }) {
  const key = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  return createFastJwt({ key, algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, checkTyp: 'at+jwt', cache })
}

export function jose({ issuer, audience }) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return token => jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', algorithms: ['RS256'] })
}

/** It has no check of the type. */
export function jsonWebToken({ issuer, audience }) {
  const keys = jwksRsa({ jwksUri: `${issuer}/.well-known/jwks.json`, cache: true, rateLimit: true })
  const findKey = (header, done) => keys.getSigningKey(header.kid, (error, key) => done(error, key?.getPublicKey()))
  return token => new Promise((resolve, reject) => {
    jsonwebtoken.verify(token, findKey, { issuer, audience, algorithms: ['RS256'] },
      (error, claims) => error ? reject(error) : resolve(claims))
  })
}
