// The figures, in the order in which they are measured and printed. A further one is one file and one line here.
import { clientCredentials } from './client-credentials.mjs'
import { bareFlowCost, codeFlow, codeFlowCost } from './code-flow.mjs'
import { discovery } from './discovery.mjs'
import { idToken } from './id-token.mjs'
import { refresh } from './refresh.mjs'
import { signIn } from './sign-in.mjs'
import { lookup } from './lookup.mjs'
import { lookupBatch } from './lookup-batch.mjs'
import { lookupBatchTokens } from './lookup-batch-tokens.mjs'
import { jwks } from './jwks.mjs'
import { refreshUnderFlood } from './refresh-under-flood.mjs'
import { feedDelivery, feedDeliveryTail, feedMemory, snapshotBytes } from './feed.mjs'
import { memory, memoryEmbedded } from './memory.mjs'
import { startTime } from './start-time.mjs'
import { verifierFigures } from './verifier.mjs'
import { viewFigures } from './verifier-view.mjs'

/**
 * A figure: { name, limitIs, target, measure(bench) }. `limitIs` says what the limit is, `target` is { least } or
 * { most } with one of `ratio` and `value`, or undefined. `measure` resolves to { value, unit, limit }.
 */
export const figures = [
  clientCredentials, refresh, idToken, codeFlow, codeFlowCost, bareFlowCost, signIn, lookup, lookupBatch, lookupBatchTokens, jwks,
  discovery, refreshUnderFlood, feedDelivery, feedDeliveryTail, feedMemory, snapshotBytes, memory, memoryEmbedded, startTime,
  ...verifierFigures, ...viewFigures
]
