/** What admin answers are made of. */

export const text = { type: 'string' }
export const texts = { type: 'array', items: text }
export const integer = { type: 'integer' }
export const flag = { type: 'boolean' }
export const time = { type: 'string', format: 'date-time' }
export const anything = { type: 'object', additionalProperties: true }

export const orNull = (schema: { type: string }): object => ({ ...schema, type: [schema.type, 'null'] })

export const list = (items: object): object => ({ type: 'array', items })

/** An object that has all of these, and what else is named. */
export function shape(properties: Record<string, object>, optional: Record<string, object> = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } }
}
