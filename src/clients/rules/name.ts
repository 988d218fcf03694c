import type { ClientRule } from './index.ts'

/** Control characters, halves of characters, and those that turn the direction of writing: a consent page shows the name. */
const deceptive = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u
/** A name of nothing but what is drawn as nothing would leave a gap in the sentence that asks. */
const visible = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u

export const name: ClientRule = draft =>
  draft.name.length >= 1 && draft.name.length <= 200 && !deceptive.test(draft.name) &&
    visible.test(draft.name)
    ? undefined
    : { reason: 'clients/name', sentence: 'The name of a client is 1 to 200 characters, one of them to be seen and none that controls how it is shown.' }
