/** Where a link may lead that somebody else named. Escaping makes such a URI harmless as text, not as a destination. */

/** The address of a website, or undefined. */
export function safeWebHref(uri: string | undefined): string | undefined {
  return uri !== undefined && ['https:', 'http:'].includes(schemeOf(uri)) ? uri : undefined
}

const running = ['javascript:', 'data:', 'vbscript:', 'blob:', 'filesystem:', 'about:', 'file:', 'view-source:']

/** The address of an application, which may have a scheme of its own (RFC 8252 §7.1), but never one that runs code here. */
export function safeAppHref(uri: string | undefined): string | undefined {
  return uri !== undefined && schemeOf(uri) !== '' && !running.includes(schemeOf(uri)) ? uri : undefined
}

const schemeOf = (uri: string): string => URL.canParse(uri) ? new URL(uri).protocol : ''
