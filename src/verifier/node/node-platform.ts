import { isUtf8 } from 'node:buffer'
import { constants, createHash, createPublicKey, verify, type JsonWebKey, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto'
import type { AlgorithmName } from '../algorithms.ts'
import { endsCanonically } from '../compact-token.ts'
import type { Platform } from '../platform.ts'

/** Node: node:crypto verifies at once, in a third of the time that WebCrypto takes with its way through other threads. */

const inputs: Readonly<Record<AlgorithmName, (key: KeyObject) => { digest: string | null; key: KeyObject | VerifyKeyObjectInput }>> = {
  RS256: key => ({ digest: 'sha256', key }),
  PS256: key => ({ digest: 'sha256', key: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } }),
  ES256: key => ({ digest: 'sha256', key: { key, dsaEncoding: 'ieee-p1363' } }),
  EdDSA: key => ({ digest: null, key })
}

/** Nothing here waits, so that one place is enough for every access token; a status list may need more. */
const scratch = Buffer.allocUnsafeSlow(65_536)

export const nodePlatform: Platform = {
  decodeBase64url: text => Buffer.from(text, 'base64url'),
  decodeText(text) {
    // Never more bytes than characters.
    const place = text.length <= scratch.length ? scratch : Buffer.allocUnsafe(text.length)
    const length = place.write(text, 'base64url')
    const bytes = new Uint8Array(place.buffer, place.byteOffset, length)
    return isUtf8(bytes) ? place.toString('utf8', 0, length) : bytes
  },
  encodeBase64url: bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url'),
  sha256: bytes => createHash('sha256').update(bytes).digest(),
  openKey(jwk, algorithm) {
    const { digest, key } = inputs[algorithm](createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }))
    return {
      verify({ token, signedLength }) {
        try {
          const size = 2 * token.length
          const place = size <= scratch.length ? scratch : Buffer.allocUnsafe(size)
          // As many bytes as characters: so all of it is ASCII, and nothing can pass for what was signed but that itself.
          if (place.write(token, 'utf8') !== token.length) return false
          const signature = token.slice(signedLength + 1)
          const length = place.write(signature, token.length, 'base64url')
          if (!isOneSpelling(signature, length)) return false
          const { buffer, byteOffset } = place
          const signed = new Uint8Array(buffer, byteOffset, signedLength)
          return verify(digest, signed, key, new Uint8Array(buffer, byteOffset + token.length, length))
        } catch {
          return false
        }
      }
    }
  }
}

/**
 * Whether a text in ASCII, of which Buffer has made so many bytes, is their one spelling. Buffer passes over what is not base64 and
 * stops at padding, which leaves bytes missing; takes `+` and `/`, too; and drops bits left over. To look for these three takes a
 * fifth of the time that a regular expression needs for every character.
 */
function isOneSpelling(text: string, bytes: number): boolean {
  const isOfAlphabet = bytes === text.length * 6 >> 3 && text.indexOf('+') === -1 && text.indexOf('/') === -1
  return isOfAlphabet && endsCanonically(text, 0, text.length)
}
