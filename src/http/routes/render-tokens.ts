import type { IssuedToken } from '../../tokens/issue.ts'

/** The access token as the first-party API shows it. `expiresIn` in seconds. */
export function renderTokens(access: IssuedToken): { accessToken: string; tokenType: 'Bearer'; expiresIn: number } {
  return { accessToken: access.token, tokenType: 'Bearer', expiresIn: access.expiresIn }
}
