// The least that a code flow can cost on this stack: the same requests and answers through Fastify with nothing in
// between but two signatures, one verification, and for each request one statement of a single value through Prisma's
// driver and one command to Redis. It checks nothing and keeps nothing.
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { PrismaPg } from '@prisma/adapter-pg'
import Fastify from 'fastify'
import pg from 'pg'
import { createClient } from 'redis'

const { DATABASE_URL: connectionString, REDIS_URL: url, PORT: port } = process.env
const pool = new pg.Pool({ connectionString, max: 10 })
const driver = await new PrismaPg(pool, { statementNameGenerator: () => 'one' }).connect()
const redis = createClient({ url })
await redis.connect()

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const claims = Buffer.alloc(600, 'x')
const signature = sign('sha256', claims, privateKey)
const signInPool = promisify(sign)
const issue = async () => `${claims}.${(await signInPool('sha256', claims, privateKey)).toString('base64url')}`
const statement = { sql: 'SELECT $1::text AS value', args: ['x'], argTypes: [{ scalarType: 'unknown', arity: 'scalar' }] }
const select = () => driver.queryRaw(statement)
const content = 'x'.repeat(600)
const expiration = { type: 'PX', value: 60_000 }

const app = Fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body))
app.get('/readyz', () => ({}))
app.get('/oauth/authorize', async (_request, reply) => {
  const code = randomBytes(32).toString('base64url')
  await select()
  await redis.set(`bare:${code}`, content, { condition: 'NX', expiration })
  return reply.code(303).header('location', `https://app.example.com/callback?code=${code}`).send()
})
app.post('/oauth/token', async ({ body }) => {
  await redis.get(`bare:${new URLSearchParams(body).get('code')}`)
  const answer = { access_token: await issue(), id_token: await issue(), refresh_token: 'x'.repeat(80) }
  await select()
  return answer
})
app.get('/oauth/userinfo', async () => {
  verify('sha256', claims, publicKey, signature)
  await redis.get('bare:head')
  await select()
  return { sub: 'x'.repeat(22), email: 'user@example.com' }
})
await app.listen({ port: Number(port), host: '127.0.0.1' })

process.once('SIGTERM', async () => {
  await app.close()
  await Promise.all([driver.dispose(), redis.close()])
  await pool.end()
})
