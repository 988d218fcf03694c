import type { ClientRule } from './index.ts'

export const grantTypes: ClientRule = (draft, context) => {
  const all = context.grantTypes.map(({ type }) => type).join(', ')
  if (draft.grantTypes.length === 0) {
    return { reason: 'clients/no-grants', sentence: `Name at least one grant type: ${all}.` }
  }
  for (const wanted of draft.grantTypes) {
    const known = context.grantTypes.find(({ type }) => type === wanted)
    if (known === undefined) return { reason: 'clients/unknown-grant', sentence: `The grant types are: ${all}.` }
    if (draft.authMethods.includes('none') && !known.allowsPublicClients) {
      return { reason: 'clients/public-grant', sentence: `The grant type ${known.type} needs a client with a secret.` }
    }
  }
  return undefined
}
