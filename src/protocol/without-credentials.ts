/** Drivers like to quote the URL they could not reach, password and all. */
export const withoutCredentials = (text: string): string => text.replaceAll(/(\w+:\/\/[^:@/\s]*):[^@/\s]+@/g, '$1:…@')
