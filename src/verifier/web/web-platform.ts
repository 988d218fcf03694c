import { base64url, compactVerify, importJWK } from 'jose'
import { isCanonicalBase64url } from '../compact-token.ts'
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
      verify: async ({ token, signedLength }) => {
        try {
          // jose takes several spellings of one signature.
          if (!isCanonicalBase64url(token.slice(signedLength + 1))) return false
          await compactVerify(token, await imported, { algorithms: [algorithm] })
          return true
        } catch {
          return false
        }
      }
    }
  }
}
