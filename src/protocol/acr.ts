/** Authentication context classes: what a sign-in is worth, as `acr` says it (OpenID Connect Core §2). */

/** In order of strength, by the methods (`amr`, RFC 8176) that each needs. */
const classes: ReadonlyArray<{ acr: string; methods: readonly string[] }> = [
  { acr: 'urn:countersign:acr:password', methods: ['pwd'] }
]

export const supportedAcrs: readonly string[] = classes.map(({ acr }) => acr)

/** The strongest class that the methods reach; undefined when they reach none. */
export function acrOf(amr: readonly string[]): string | undefined {
  return classes.findLast(({ methods }) => methods.every(method => amr.includes(method)))?.acr
}
