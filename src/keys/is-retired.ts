import type { KeyRecord } from '../stores/keys.ts'

/**
 * A retired key has signed access tokens and signs no more, and the last of them is dead. Its private half is gone, nothing is
 * sealed in its row; the public half still tells an ID token that comes back as a hint, for as long as the session of one
 * may live. Whoever can write to the database could put a public half of their own there: that a hint names a session
 * and an application ends and sends nothing that they could not end and send by writing.
 */
export const isRetired = ({ purpose, sealed, removedAt }: KeyRecord): boolean =>
  purpose === 'sign' && sealed.length === 0 && removedAt === undefined

/** What is sealed of a retired key, and under which master key. */
export const nothingSealed = { sealed: Buffer.alloc(0), sealedWith: '' } as const
