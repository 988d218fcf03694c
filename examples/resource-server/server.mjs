// A service that accepts Countersign's access tokens and knows within a second when one is revoked, without asking anybody
// while a request waits. Copy the folder and put your own routes at the end.
import cors from '@fastify/cors'
import Fastify from 'fastify'
import { fastifyGuard } from 'countersign/verifier/fastify'
import { listOrders, scopesSupported, toDelete } from './orders.mjs'
import { settings } from './settings.mjs'
import { verifier } from './verifier.mjs'

const { origin, port } = settings

const app = Fastify()
// A page has to see the challenge to know what to do.
await app.register(cors, { origin, methods: ['GET', 'HEAD', 'DELETE'], allowedHeaders: ['authorization'], exposedHeaders: ['www-authenticate'] })
await app.register(fastifyGuard, { verifier, scopesSupported })

app.get('/orders', { onRequest: app.protect() }, async ({ token }) => listOrders(token))
app.delete('/orders/:id', { onRequest: app.protect(toDelete) }, async (request, reply) => reply.code(204).send())
app.get('/healthz', async () => verifier.health())

console.log(`Listening at ${await app.listen({ port, host: '127.0.0.1' })}`)
// Ends the feed with a goodbye, so that nobody waits for this verifier to hear of a revocation.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void app.close())
