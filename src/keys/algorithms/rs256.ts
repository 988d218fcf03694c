import { createPrivateKey, generateKeyPair, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK } from 'jose'
import type { SigningAlgorithm } from './index.ts'

const generate = promisify(generateKeyPair)

/** RSASSA-PKCS1-v1_5 with SHA-256 and 2,048-bit keys (RFC 7518 §3.3): the default that every JWT library knows. */
export const rs256: SigningAlgorithm = {
  name: 'RS256',
  async generate() {
    const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
    return {
      secret: privateKey.export({ type: 'pkcs8', format: 'der' }),
      publicJwk: await exportJWK(publicKey)
    }
  },
  open: secret => createPrivateKey({ key: secret, type: 'pkcs8', format: 'der' }),
  // The callback forms work in libuv's thread pool: the event loop stays free and every core is used.
  sign: (key, input) => new Promise((resolve, reject) => {
    sign('sha256', input, key, (error, signature) => error ? reject(error) : resolve(signature))
  }),
  verify: (key, input, signature) => verify('sha256', input, key, signature),
  verifyInPool: (key, input, signature) => new Promise((resolve, reject) => {
    verify('sha256', input, key, signature, (error, isRight) => error ? reject(error) : resolve(isRight))
  })
}
