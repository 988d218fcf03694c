import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { startWebServer } from '../../support/web-server.ts'

/** Signs tokens that the service does not issue: bound to keys, of sign-ins long ago, of other classes. */
export interface TestIssuer {
  issuer: string
  issue(claims?: Record<string, unknown>): Promise<string>
}

export async function startIssuer(t: Test, audience: string): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const { url: issuer } = await startWebServer(t, response => {
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] }))
  })
  return {
    issuer,
    issue(claims = {}) {
      const now = Math.floor(Date.now() / 1000)
      const jti = `c.${randomBytes(12).toString('base64url')}.1.${randomBytes(9).toString('base64url')}`
      const all = { iss: issuer, aud: audience, sub: 'shop', client_id: 'shop', jti, iat: now, exp: now + 300, ...claims }
      return new SignJWT(all).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid }).sign(privateKey)
    }
  }
}

/** A client that holds a key and proves it with each request (RFC 9449). */
export interface DpopClient {
  jkt: string
  prove(method: string, url: string, token: string): Promise<string>
}

export async function createDpopClient(): Promise<DpopClient> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return {
    jkt: await calculateJwkThumbprint(jwk),
    prove: (htm, htu, token) => signProof(privateKey, jwk, { htm, htu, token })
  }
}

async function signProof(key: CryptoKey, jwk: JWK, { htm, htu, token }: { htm: string; htu: string; token: string }): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return new SignJWT({ htm, htu, ath: Buffer.from(digest).toString('base64url'), jti: randomBytes(12).toString('base64url') })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).setIssuedAt().sign(key)
}
