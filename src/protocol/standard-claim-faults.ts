/** What an operator may set a user's standard claims to (OpenID Connect Core §5.1). */

type Rule = (value: unknown) => string | undefined

const maxLength = 1000

/** Control characters, which no name holds, and halves of characters, which are none. */
const unprintable = /[\p{Cc}\p{Cs}]/u
/** An address alone may have several lines. */
const unprintableInLines = /[^\P{Cc}\r\n\t]|\p{Cs}/u

const textOf = (pattern: RegExp): Rule => value =>
  typeof value === 'string' && value !== '' && value.length <= maxLength && !pattern.test(value)
    ? undefined
    : `is no text of 1 to ${maxLength} characters`

const text = textOf(unprintable)
const lines = textOf(unprintableInLines)

const matching = (pattern: RegExp, fault: string): Rule => value =>
  text(value) ?? (pattern.test(value as string) ? undefined : fault)

const url: Rule = value => {
  const fault = text(value)
  if (fault !== undefined) return fault
  const parsed = /^https?:\/\/[^/\\?#]/i.test(value as string) && URL.canParse(value as string) ? new URL(value as string) : undefined
  return parsed === undefined || parsed.username !== '' || parsed.password !== '' ? 'is no http or https URL' : undefined
}

/** `YYYY-MM-DD`, the year 0000 where it is left out, or the year alone. */
const birthdate: Rule = value => {
  const parts = typeof value === 'string' ? /^(\d{4})(?:-(\d\d)-(\d\d))?$/.exec(value) : null
  if (parts === null) return 'is no date such as 1815-12-10, and no year'
  if (parts[2] === undefined) return undefined
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number]
  // A leap year stands in for the year that is left out.
  const date = new Date(Date.UTC(year === 0 ? 2000 : year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? undefined : 'is no day of the calendar'
}

const boolean: Rule = value => typeof value === 'boolean' ? undefined : 'is neither true nor false'

const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country']

const address: Rule = value => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object'
  const members = Object.entries(value)
  if (members.length === 0) return 'has no member'
  if (members.some(([name]) => !addressMembers.includes(name))) return `has members other than ${addressMembers.join(', ')}`
  return members.some(([, member]) => lines(member) !== undefined) ? `has a member that ${lines(undefined)}` : undefined
}

const rules = new Map<string, Rule>(Object.entries({
  given_name: text, family_name: text, middle_name: text, nickname: text, preferred_username: text,
  profile: url, picture: url, website: url, gender: text, birthdate,
  zoneinfo: matching(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/, 'is no time zone such as Europe/Paris'),
  locale: matching(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/, 'is no language tag such as en-GB'),
  // E.164, with the extension of RFC 3966 that §5.1 recommends.
  phone_number: matching(/^\+[0-9][0-9 ().-]{4,30}(;ext=[0-9]{1,10})?$/, 'is no phone number such as +1 (425) 555-1212'),
  phone_number_verified: boolean, address
}))

export const settableClaims: readonly string[] = [...rules.keys()]

/** Why a claim cannot be set to that; undefined when it can. Null removes it. The sentence completes "The claim …". */
export function findClaimFault(name: string, value: unknown): string | undefined {
  const rule = rules.get(name)
  if (rule === undefined) return `must be one of ${settableClaims.join(', ')}`
  const fault = value === null ? undefined : rule(value)
  return fault && `${name} ${fault}`
}
