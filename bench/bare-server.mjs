// Fastify with nothing behind it: parses what comes and answers as many bytes as the argument says.
import Fastify from 'fastify'

const answer = JSON.stringify({ filling: 'x'.repeat(Math.max(0, Number(process.argv[2]) - 14)) })
const app = Fastify({ bodyLimit: 4 * 1024 * 1024 })
const handler = (_request, reply) => reply.type('application/json').send(answer)
app.get('/', handler)
app.post('/', handler)
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
