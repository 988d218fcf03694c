import { isHttpsUrl } from '../../protocol/redirect-uri.ts'
import type { ClientRule } from './index.ts'

/** Control characters, and halves of characters, which PostgreSQL cannot keep. */
const unprintable = /[\p{Cc}\p{Cs}]/u

/** What a consent page may link to, and whom one may write to. */
export const links: ClientRule = ({ profile: { clientUri, logoUri, policyUri, tosUri, contacts = [] } }) => {
  if (![clientUri, logoUri, policyUri, tosUri].every(uri => uri === undefined || isHttpsUrl(uri))) {
    return { reason: 'clients/link', sentence: 'The pages and the logo of a client are https URLs without a fragment.' }
  }
  return contacts.length <= 10 && contacts.every(contact => contact.length >= 1 && contact.length <= 254 && !unprintable.test(contact))
    ? undefined
    : { reason: 'clients/contacts', sentence: 'A client has at most 10 contacts, of 254 printable characters each.' }
}
