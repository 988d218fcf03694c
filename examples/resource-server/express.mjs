// The same with Express.
import express from 'express'
import { createVerifier } from 'countersign/verifier'
import { createExpressGuard } from 'countersign/verifier/express'
import { settings } from './settings.mjs'

const { issuer, audience, clientId, clientSecret, whenStale, port } = settings
const verifier = createVerifier({ issuer, audience, revocation: { mode: 'feed', clientId, clientSecret, whenStale } })
const { protect, metadata } = createExpressGuard({ verifier })

const app = express()
app.use(metadata)
app.get('/orders', protect(),
  ({ token }, response) => response.json({ customer: token.claims.sub, revocation: token.revocation, orders: [] }))

const server = app.listen(port, '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => void verifier.close()))
