import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { KeyRecord } from '../stores/keys.ts'
import { signingAlgorithms, type SigningAlgorithm } from './algorithms/index.ts'
import type { Seal } from './seal.ts'

/** What we sign, told apart by `typ` so that none is taken for another (RFC 8725 §3.11). A further one is a word here. */
export const jwtTypes = ['at+jwt', 'JWT', 'logout+jwt', 'statuslist+jwt'] as const

export type JwtType = typeof jwtTypes[number]

/** A key record with its secret part opened, held in memory only. */
export interface OpenSigningKey {
  record: KeyRecord
  algorithm: SigningAlgorithm
  privateKey: KeyObject
  publicKey: KeyObject
  /** The protected header of each type signed with it, in base64url, and the dot behind it. */
  headers: Readonly<Record<JwtType, string>>
}

/** What tells a signature: all that is left of a retired key. */
export type VerifyingKey = Pick<OpenSigningKey, 'algorithm' | 'publicKey'>

export interface OpenMacKey {
  record: KeyRecord
  secret: Buffer
}

/** @throws Error with a sentence for the operator when the key cannot be opened */
export function openSigningKey(record: KeyRecord, seal: Seal): OpenSigningKey {
  const algorithm = algorithmOf(record)
  const privateKey = algorithm.open(seal.open(record.kid, record.sealed, record.sealedWith))
  const headers = jwtTypes.map(typ => [typ, encodeHeader({ alg: algorithm.name, typ, kid: record.kid })])
  return {
    record,
    algorithm,
    privateKey,
    publicKey: createPublicKey(privateKey),
    headers: Object.fromEntries(headers) as Record<JwtType, string>
  }
}

/** @throws Error with a sentence for the operator when it is of an algorithm that is not known here */
export function openRetiredKey(record: KeyRecord): VerifyingKey {
  return { algorithm: algorithmOf(record), publicKey: createPublicKey({ key: record.publicJwk as JsonWebKey, format: 'jwk' }) }
}

function algorithmOf({ kid, algorithm: name }: KeyRecord): SigningAlgorithm {
  const algorithm = signingAlgorithms.find(candidate => candidate.name === name)
  if (algorithm !== undefined) return algorithm
  throw new Error(`The key ${kid} is for ${name}, which this version does not know. Start the version that made it, or remove the key.`)
}

function encodeHeader(header: object): string {
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`
}

export function openMacKey(record: KeyRecord, seal: Seal): OpenMacKey {
  return { record, secret: seal.open(record.kid, record.sealed, record.sealedWith) }
}
