/**
 * A URL as `htu` is compared (RFC 9449 §4.3): without query and fragment, in the one spelling that RFC 3986 §6.2.2 and
 * §6.2.3 give it. Undefined for what is no http or https URL.
 */
export function normaliseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, pathname, username, password } = new URL(text)
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return undefined
  // The parser has seen to case, default ports and dots; what remains are characters that need no escape.
  const path = pathname.replace(/%[0-9a-f]{2}/gi, escape => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase()
  })
  return `${protocol}//${host}${path}`
}
