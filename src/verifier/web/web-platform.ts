import { base64url, compactVerify, importJWK } from 'jose'
import type { Platform } from '../platform.ts'
import { sha256 } from './sha256.ts'

/** Every other runtime: jose, and through it WebCrypto. */
export const webPlatform: Platform = {
  decodeBase64url: text => base64url.decode(text),
  decodeText: text => base64url.decode(text),
  encodeBase64url: bytes => base64url.encode(bytes),
  sha256,
  openKey(jwk, algorithm) {
    const imported = importJWK(jwk, algorithm)
    // A key that the runtime cannot import verifies nothing; until it is asked to, nobody waits for it.
    imported.catch(() => undefined)
    return {
      verify: async ({ token }) => {
        try {
          await compactVerify(token, await imported, { algorithms: [algorithm] })
          return true
        } catch {
          return false
        }
      }
    }
  }
}
