// The same with Express.
import express from 'express'
import { createExpressGuard } from 'countersign/verifier/express'
import { allowPage } from './allow-page.mjs'
import { listOrders, scopesSupported, toDelete } from './orders.mjs'
import { settings } from './settings.mjs'
import { verifier } from './verifier.mjs'

const { port } = settings
const { protect, metadata } = createExpressGuard({ verifier, scopesSupported })

const app = express()
app.use(metadata)
app.use((request, response, next) => allowPage(request, response) || next())

app.get('/orders', protect(), ({ token }, response) => response.json(listOrders(token)))
app.delete('/orders/:id', protect(toDelete), (request, response) => response.status(204).end())
app.get('/healthz', (request, response) => response.json(verifier.health()))

const server = app.listen(port, '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => void verifier.close()))
