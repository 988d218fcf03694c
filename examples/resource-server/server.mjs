// A service that accepts Countersign's access tokens and knows within a second when one is revoked, without asking anybody
// while a request waits. Copy the file and put your own routes at its end.
import cors from '@fastify/cors'
import Fastify from 'fastify'
import { createVerifier } from 'countersign/verifier'
import { fastifyGuard } from 'countersign/verifier/fastify'
import { settings } from './settings.mjs'

const { issuer, audience, clientId, clientSecret, whenStale, origin, port } = settings

const verifier = createVerifier({
  issuer, audience, revocation: { mode: 'feed', clientId, clientSecret, maxStaleness: 5, whenStale }
})
verifier.on('stale', ({ age }) => console.error(`The view of revocations is ${age} s old: "${whenStale}" until it is fresh again`))
verifier.on('fresh', () => console.error('The view of revocations is fresh'))
verifier.on('error', ({ during, error }) => console.error(`Following ${during} failed, and will be tried again: ${error}`))

const app = Fastify()
// A page has to see the challenge to know what to do.
await app.register(cors, { origin, allowedHeaders: ['authorization'], exposedHeaders: ['www-authenticate'] })
await app.register(fastifyGuard, { verifier, scopesSupported: ['orders:read', 'orders:write'] })

// `revocation` is "unchecked" where the policy "accept" let a token pass of which nothing is known.
app.get('/orders', { onRequest: app.protect() },
  async ({ token }) => ({ customer: token.claims.sub, revocation: token.revocation, orders: [] }))

// Who may not lose a revocation even while Countersign is away refuses rather than guess.
app.delete('/orders/:id', { onRequest: app.protect({ scope: 'orders:write', maxAge: 300, whenStale: 'reject' }) },
  async (request, reply) => reply.code(204).send())

app.get('/healthz', async () => verifier.health())

console.log(`Listening at ${await app.listen({ port, host: '127.0.0.1' })}`)
// Ends the feed with a goodbye, so that nobody waits for this verifier to hear of a revocation.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close())
