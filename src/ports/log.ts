/** Where the domain tells what happened. No field may ever hold a token, a secret or a password. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
