import { keyOfValue, kindCodes } from '../../src/protocol/revocation-key.ts'
import { numberOfJti } from '../../src/protocol/identifiers.ts'
import { recordBytes } from '../../src/protocol/revocation-record.ts'
import { snapshotHeaderBytes } from '../../src/protocol/revocation-snapshot.ts'

/** The subscriber's side of the feed, as docs/revocation-feed.md has it: records read and judged, without any cleverness. */

export interface DecodedRecord {
  kind: number
  /** 24 hexadecimal digits. */
  key: string
  cutoff: number
  end: number
}

export function decodeRecords(bytes: Buffer): DecodedRecord[] {
  if (bytes.length % recordBytes !== 0) throw new Error(`${bytes.length} bytes are no whole number of records`)
  return Array.from({ length: bytes.length / recordBytes }, (_, place) => {
    const record = bytes.subarray(place * recordBytes, (place + 1) * recordBytes)
    return {
      kind: record[0]!, key: record.toString('hex', 1, 13), cutoff: record.readUIntBE(13, 6), end: record.readUInt32BE(19)
    }
  })
}

export interface DecodedSnapshot {
  seq: number
  point: string
  records: DecodedRecord[]
}

export function decodeSnapshot(body: Buffer): DecodedSnapshot {
  const isKnown = body.toString('latin1', 0, 4) === 'CSRV' && body[4] === 1 && body[5] === recordBytes
  if (!isKnown) throw new Error('this is no snapshot that we can read')
  const records = body.subarray(snapshotHeaderBytes)
  if (records.length !== body.readUInt32BE(28) * recordBytes) throw new Error('the snapshot has not arrived whole')
  const seq = Number(body.readBigUInt64BE(8))
  return { seq, point: `${seq}.${body.subarray(16, 28).toString('base64url')}`, records: decodeRecords(records) }
}

export interface TokenValues {
  kid?: string
  jti: string
  grant_id?: string
  sid?: string
  sub?: string
  client_id?: string
}

/** The kind of the first entry that covers the token, or null. */
export function judgeToken(token: TokenValues, records: readonly DecodedRecord[]): string | null {
  const values: Record<string, string | undefined> = {
    token: token.jti, grant: token.grant_id, session: token.sid, user: token.sub, client: token.client_id, key: token.kid, issuer: ''
  }
  const number = numberOfJti(token.jti)
  return Object.keys(kindCodes).find(kind => {
    const value = values[kind]
    const key = value === undefined ? undefined : keyOfValue(kind, value).toString('hex')
    return records.some(record => record.kind === kindCodes[kind] && record.key === key &&
      (record.cutoff === 0 || number === undefined || number < record.cutoff))
  }) ?? null
}
