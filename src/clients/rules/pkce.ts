import type { ClientRule } from './index.ts'

/** Without a secret and without PKCE, whoever gets hold of a code has the tokens (OAuth 2.1 §7.5.1). */
export const pkce: ClientRule = ({ profile, authMethods }) =>
  profile.requirePkce === false && authMethods.includes('none')
    ? { reason: 'clients/public-without-pkce', sentence: 'A public client always needs PKCE.' }
    : undefined
