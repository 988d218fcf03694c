import { domainToASCII } from 'node:url'

/**
 * One spelling per mailbox: what looks or sorts alike (case, full-width letters, the Kelvin sign, an
 * internationalised domain) is one account, and what cannot be seen is refused.
 */

const maxLength = 254
const maxLocalLength = 64

/** Controls, unassigned and private characters, spaces, and all that is drawn as nothing. */
const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u

/** RFC 5322 §3.2.3 dot-atom, in lower case. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

/**
 * What may go into the conversion to ASCII: it would decode percent signs and read brackets as an address.
 */
const domainText = /^[\p{L}\p{N}\p{M}-]+(\.[\p{L}\p{N}\p{M}-]+)*$/u

/** Labels of letters, digits and inner hyphens, the last with a letter in it: no bare IPv4 address. */
const asciiDomain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The canonical form, or undefined when the text is not an address we accept. Canonical forms stay as they
 * are.
 */
export function canonicalEmail(text: string): string | undefined {
  if (text.length > maxLength || invisible.test(text)) return undefined
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  // Some compatibility forms unfold to a space.
  if (invisible.test(folded)) return undefined
  const [local, domain, ...rest] = folded.split('@')
  if (local === undefined || domain === undefined || rest.length > 0) return undefined
  if (local.length > maxLocalLength || !localPart.test(local) || !domainText.test(domain)) return undefined
  const ascii = domainToASCII(domain)
  const email = `${local}@${ascii}`
  return asciiDomain.test(ascii) && email.length <= maxLength ? email : undefined
}
