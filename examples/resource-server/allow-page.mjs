// Pages of another origin may call the service, and see the challenge, to know what to do: what @fastify/cors does for Fastify.
import { settings } from './settings.mjs'

/** Answers whether that was all: a browser asks before it sends a token. */
export function allowPage({ method }, response) {
  response.setHeader('access-control-allow-origin', settings.origin)
  response.setHeader('access-control-expose-headers', 'www-authenticate')
  if (method !== 'OPTIONS') return false
  response.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD, DELETE', 'access-control-allow-headers': 'authorization' }).end()
  return true
}
