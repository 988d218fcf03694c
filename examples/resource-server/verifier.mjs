// What judges the tokens, in each of the three services: it follows the revocations, and says when it cannot.
import { createVerifier } from 'countersign/verifier'
import { settings } from './settings.mjs'

const { issuer, audience, clientId, clientSecret, whenStale } = settings

export const verifier = createVerifier({
  issuer, audience, revocation: { mode: 'feed', clientId, clientSecret, maxStaleness: 5, whenStale }
})
verifier.on('stale', ({ age }) => console.error(`The view of revocations is ${age} s old: "${whenStale}" until it is fresh again`))
verifier.on('fresh', () => console.error('The view of revocations is fresh'))
verifier.on('error', ({ during, error }) => console.error(`Following ${during} failed, and will be tried again: ${error}`))
