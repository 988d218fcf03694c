import type { ClientRule } from './index.ts'

/** Control characters, and those that turn the direction of writing: a consent page shows the name. */
const deceptive = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u

export const name: ClientRule = draft =>
  draft.name.length >= 1 && draft.name.length <= 200 && !deceptive.test(draft.name)
    ? undefined
    : { reason: 'clients/name', sentence: 'The name of a client is 1 to 200 characters, none of which controls how it is shown.' }
