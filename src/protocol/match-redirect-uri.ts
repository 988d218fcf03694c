/** What of a client decides. */
export interface RedirectSource {
  redirectUris: readonly string[]
  profile: { applicationType?: 'native' }
}

/**
 * Whether an authorization response may go where a request asks for: the registered text, byte for byte (RFC 9700 §2.1).
 * A native app cannot know the port it will be given, so on a loopback address the port alone may differ (RFC 8252 §7.3). Others
 * have no such need, and unlike a native app are not asked each time whether that is who they are.
 */
export function matchRedirectUri({ redirectUris, profile }: RedirectSource, requested: string): boolean {
  return redirectUris.includes(requested) || (profile.applicationType === 'native' &&
    redirectUris.some(uri => withoutLoopbackPort(uri) !== undefined && withoutLoopbackPort(uri) === withoutLoopbackPort(requested)))
}

/** A name such as `localhost` may be anybody's (RFC 8252 §8.3): addresses only. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?([/?].*)?$/

function withoutLoopbackPort(uri: string): string | undefined {
  const match = loopback.exec(uri)
  if (match === null || Number(match[2] ?? 0) > 65_535) return undefined
  return `${match[1]}${match[3] ?? ''}`
}
