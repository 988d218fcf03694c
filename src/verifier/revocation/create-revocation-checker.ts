import { createFeedChecker } from './feed/feed-checker.ts'
import { createLookupChecker } from './lookup/lookup-checker.ts'
import { createStatusListChecker } from './status-list/status-list-checker.ts'
import { createUncheckedRevocation } from './unchecked.ts'
import type { RevocationChecker } from './revocation-checker.ts'
import type { RevocationContext } from './revocation-context.ts'
import type { RevocationOptions } from './revocation-options.ts'

type CheckerFactory<Mode extends RevocationOptions['mode']> =
  (options: Extract<RevocationOptions, { mode: Mode }>, context: RevocationContext) => RevocationChecker

/** The modes; each is one file and a line here. */
const modes: { [Mode in RevocationOptions['mode']]: CheckerFactory<Mode> } = {
  'feed': createFeedChecker,
  'status-list': createStatusListChecker,
  'lookup': createLookupChecker,
  'none': createUncheckedRevocation
}

/** @throws TypeError for options that make no sense */
export function createRevocationChecker(options: RevocationOptions, context: RevocationContext): RevocationChecker {
  const create = Object.hasOwn(modes, options?.mode) ? modes[options.mode] as CheckerFactory<RevocationOptions['mode']> : undefined
  if (create === undefined) throw new TypeError(`revocation.mode is none of ${Object.keys(modes).join(', ')}.`)
  return create(options, context)
}
