/** Seconds. Browsers keep no cookie longer (RFC 6265bis §5.5). */
export const longestCookieLifetime = 400 * 86_400
