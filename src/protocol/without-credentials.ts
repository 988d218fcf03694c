/**
 * Drivers like to quote the URL they could not reach. All that stands before its host goes, up to the last `@`: a password
 * that was not percent-encoded may hold one, and a name without a password may be a token.
 */
export const withoutCredentials = (text: string): string => text.replaceAll(/(\w+:\/\/)[^/\s]*@/g, '$1…@')
