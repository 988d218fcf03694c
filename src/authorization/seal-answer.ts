import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../ports/random.ts'
import type { AuthorizationResponse } from '../protocol/authorization-response.ts'
import { sha256 } from '../protocol/sha256.ts'

/**
 * An answer that waits for a second click. It may hold a code, and codes are kept as hashes alone: so it is sealed with
 * what only the browser's cookie says. Whoever reads the store cannot open it.
 */
export interface AnswerKey {
  /** The browser's secret. */
  browser: string
  interactionId: string
}

const ivSize = 12
const tagSize = 16

export function sealAnswer(response: AuthorizationResponse, key: AnswerKey, random: Random): string {
  const iv = random.bytes(ivSize)
  const cipher = createCipheriv('aes-256-gcm', keyOf(key), iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(response), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Throws when it was sealed for another browser or interaction. */
export function openAnswer(text: string, key: AnswerKey): AuthorizationResponse {
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key), bytes.subarray(0, ivSize), { authTagLength: tagSize })
  decipher.setAuthTag(bytes.subarray(ivSize, ivSize + tagSize))
  const opened = Buffer.concat([decipher.update(bytes.subarray(ivSize + tagSize)), decipher.final()])
  return JSON.parse(opened.toString()) as AuthorizationResponse
}

const keyOf = ({ browser, interactionId }: AnswerKey): Buffer =>
  sha256(`answer ${interactionId} ${browser}`)
