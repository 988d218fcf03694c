import type { FastifySchema } from 'fastify'

/**
 * What this folder owns: the words of the OpenAPI document, one file per route or group of routes. Members that ajv must hold
 * a request to (JSON bodies, parameters of the JSON APIs) stand here as well; everything else describes and does nothing:
 * forms are read by a parser of our own, and answers are serialised as they are (ADR 14).
 */
export type RouteSchema = FastifySchema

export interface Answer {
  description: string
  content?: Record<string, { schema: object }>
  headers?: Record<string, object>
  /** The generator's word for an answer without a body. */
  type?: 'null'
}

export function json(description: string, schema: object, type = 'application/json'): Answer {
  return { description, content: { [type]: { schema } } }
}

export function page(description: string): Answer {
  return { description, content: { 'text/html': { schema: { type: 'string' } } } }
}

export function empty(description: string): Answer {
  return { description, type: 'null' }
}

/** A way on: 303, with `Location`. */
export function wayOn(description: string): Answer {
  return { description, type: 'null', headers: { location: { type: 'string', format: 'uri-reference', description: 'Where to.' } } }
}

/** A form-encoded body. */
export function form(schema: object): { content: Record<string, { schema: object }> } {
  return { content: { 'application/x-www-form-urlencoded': { schema } } }
}

/** A text, in one line. */
export const text = (description: string, rules: object = {}): object => ({ type: 'string', ...rules, description })
