/** What a verifier says of itself: its name, and its own rule for a view of the revocations that is older than it may be. */

/** In the order in which they keep revoked tokens out. */
export const stalenessPolicies = ['lookup', 'reject', 'accept'] as const

export type WhenStale = typeof stalenessPolicies[number]

/** Seconds. */
export const maxStalenessLimit = 86_400

/** The name that a verifier gives its process, such as a host or pod name: 1 to 100 characters of `A-Z a-z 0-9 . _ : -`. */
export function isVerifierName(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,100}$/.test(text)
}
