import { hash } from 'node:crypto'

/** The SHA-256 of a text's UTF-8, or of bytes. */
export const sha256 = (data: string | Uint8Array): Buffer => hash('sha256', data, 'buffer')

/** The same in base64url: 43 characters. */
export const sha256Text = (data: string | Uint8Array): string => hash('sha256', data, 'base64url')
