import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { KeyRing } from '../keys/key-ring.ts'
import type { OpenMacKey } from '../keys/open-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { CodeBinding } from '../protocol/code-policy.ts'
import { sha256 } from '../protocol/sha256.ts'

/**
 * The format of an authorization code, and its seal. A code is kept nowhere: it carries what it stands for, and is
 *
 *   csac_ base64url( MAC key id, 6 bytes · 128 random bits · sealed content · tag, 16 bytes )
 *
 * sealed with AES-256-GCM under a key that is HMAC-SHA-256 of the random bits under the MAC key: one key for each code,
 * so that no nonce can come twice (ADR 0023). Who spends a code is decided by PostgreSQL alone (stores/grants.ts, redeem).
 */
export interface AuthorizationCodes {
  /** Throws `temporarily_unavailable` when the shared state is stale. */
  make(content: CodeContent): string
  /** Spent or not. Undefined when it is none of ours, altered by a character, or its minute is over. */
  open(code: string): Promise<CodeContent | undefined>
}

/** All that the grant it becomes needs to know. */
export interface CodeContent extends CodeBinding {
  /** The number of the grant: whatever ended since it was taken ends the code. */
  grantNumber: number
  userId: string
  role: string
  subject: string
  sessionId: string
  /** Milliseconds since 1970. */
  authTime: number
  amr: string[]
  scopes: string[]
  audience: string[]
  /** What the user's consent must still cover; undefined where none is asked for. */
  consentItems: string[] | undefined
  claims: ClaimsRequest | undefined
  nonce: string | undefined
}

/** Seconds (RFC 6749 §4.1.2 allows ten minutes; FAPI 2.0 one). */
export const codeLifetime = 60

const prefix = 'csac_'
const lengths = { kid: 6, random: 16, tag: 16 }
const headerLength = lengths.kid + lengths.random
/** Never used twice with one key, so it need not vary (NIST SP 800-38D §8.2.1). */
const nonce = Buffer.alloc(12)

export interface AuthorizationCodesOptions {
  ring: Pick<KeyRing, 'mac' | 'macByKid'>
  random: Random
  clock: Clock
}

export function createAuthorizationCodes({ ring, random, clock }: AuthorizationCodesOptions): AuthorizationCodes {
  return {
    make(content) {
      const key = ring.mac()
      const header = Buffer.concat([Buffer.from(key.record.kid, 'base64url'), random.bytes(lengths.random)])
      const endsAt = clock.now() + codeLifetime * 1000
      return prefix + seal(JSON.stringify({ content, endsAt }), header, key).toString('base64url')
    },
    async open(code) {
      const bytes = decode(code)
      const key = bytes && await ring.macByKid(bytes.toString('base64url', 0, lengths.kid))
      const text = key && unseal(bytes, key)
      if (text === undefined) return undefined
      const { content, endsAt } = JSON.parse(text) as { content: CodeContent; endsAt: number }
      return clock.now() < endsAt ? content : undefined
    }
  }
}

/** What is known of a code once it is spent. */
export const hashCode = (code: string): Buffer => sha256(code)

/** One spelling only: a code that could be written in two ways could be spent twice, since its hash tells who was first. */
function decode(code: string): Buffer | undefined {
  if (!code.startsWith(prefix)) return undefined
  const text = code.slice(prefix.length)
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length > headerLength + lengths.tag && bytes.toString('base64url') === text ? bytes : undefined
}

function seal(text: string, header: Buffer, key: OpenMacKey): Buffer {
  const cipher = createCipheriv('aes-256-gcm', keyOf(header, key), nonce).setAAD(header)
  return Buffer.concat([header, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

function unseal(bytes: Buffer, key: OpenMacKey): string | undefined {
  const header = bytes.subarray(0, headerLength)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(header, key), nonce, { authTagLength: lengths.tag })
  decipher.setAAD(header).setAuthTag(bytes.subarray(-lengths.tag))
  const opened = decipher.update(bytes.subarray(headerLength, -lengths.tag))
  try {
    return Buffer.concat([opened, decipher.final()]).toString()
  } catch {
    return undefined
  }
}

/** Beside the keys of refresh tokens, which are made of other bytes (tokens/refresh-token.ts): the word keeps them apart. */
const keyOf = (header: Buffer, key: OpenMacKey): Buffer =>
  createHmac('sha256', key.secret).update('authorization code').update(header).digest()
