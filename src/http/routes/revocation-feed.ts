import Negotiator from 'negotiator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isHeldAlready } from '../../protocol/if-none-match.ts'
import { snapshotType } from '../../protocol/revocation-snapshot.ts'
import type { Snapshot } from '../../revocation/feed/snapshots.ts'
import type { Subscription } from '../../revocation/feed/subscription.ts'
import { accessOf, requireScope } from '../plugins/access.ts'
import { readPoint, readSubscriber, readWait, type Query } from '../read-subscriber.ts'
import type { HttpRooms } from '../rooms.ts'
import { revocationFeedSchemas as schemas } from '../schemas/revocation-feed.ts'
import { openSocketSink } from '../socket-sink.ts'

type FeedRequest = FastifyRequest<{ Querystring: Query }>

/** What a feed says of itself: nobody on the way may keep it, hold it back or change it. */
const streamHeaders = {
  'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff'
}

/** The revocations for those who follow them: a snapshot, and what comes after it (docs/revocation-feed.md). */
export async function revocationFeedRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { gate, feed, snapshots } = rooms
  const guard = requireScope('revocations:read', gate)
  const arrivals = new WeakMap<FastifyRequest, number>()
  // Before the token is looked at: what is confirmed while that goes on was confirmed after the request arrived.
  const onRequest = [async (request: FastifyRequest) => void arrivals.set(request, feed.now()), guard]
  app.addHook('preClose', async () => feed.close())

  async function readSubscription(request: FeedRequest): Promise<Subscription> {
    const { exp, ...claims } = accessOf(request)
    const subscription = {
      point: readPoint(request.query, request.headers), arrivedAt: arrivals.get(request)!, expiresAt: exp * 1000,
      claims: { ...claims, kid: request.accessKid }
    }
    const subscriber = readSubscriber(request.query)
    await feed.recognize(subscription.point)
    feed.admit(subscription)
    // Before it is served: whoever has a view counts when the reach of a revocation is told. Who cannot be served has none.
    if (subscriber !== undefined) await rooms.subscribers.note(claims.client_id, subscriber)
    return subscription
  }

  app.get('/revocations/snapshot', { onRequest: guard, schema: schemas.snapshot }, async (request, reply) =>
    sendSnapshot(request, reply, await snapshots.read()))

  app.get<{ Querystring: Query }>('/revocations', { onRequest, schema: schemas.poll }, async (request, reply) => {
    const [wait, gone] = [readWait(request.query), watchPeer(reply)]
    return feed.poll.ask(await readSubscription(request), request.method === 'HEAD' ? 0 : wait, gone)
  })

  app.get<{ Querystring: Query }>('/revocations/feed', { onRequest, schema: schemas.feed }, async (request, reply) => {
    const subscription = await readSubscription(request)
    feed.admit(subscription)
    if (request.method === 'HEAD') return reply.headers(streamHeaders).send()
    reply.hijack()
    let leave = (): void => undefined
    const sink = openSocketSink(reply.raw, streamHeaders, () => leave())
    leave = feed.open(subscription, sink)
    return reply
  })
}

function sendSnapshot(request: FastifyRequest, reply: FastifyReply, { name, plain, gzipped }: Snapshot): FastifyReply {
  const isGzip = new Negotiator(request.raw).encoding(['gzip', 'identity']) === 'gzip'
  const etag = isGzip ? `"${name}.gzip"` : `"${name}"`
  reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'private, no-cache' })
  if (isHeldAlready(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (isGzip) reply.header('content-encoding', 'gzip')
  return reply.type(snapshotType).send(isGzip ? gzipped : plain)
}

/** Aborted when the peer has gone, or has its answer. */
function watchPeer(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
