/** What admin answers are made of. */

export const text = { type: 'string' }
export const texts = { type: 'array', items: text }
export const integer = { type: 'integer' }
export const flag = { type: 'boolean' }
export const time = { type: 'string', format: 'date-time' }
export const anything = { type: 'object', additionalProperties: true }

/** How many rows of a list are wanted, in a query: 1 to 9999. */
export const limit = { type: 'string', pattern: '^[1-9][0-9]{0,3}$' }

export const orNull = (schema: { type: string }): object => ({ ...schema, type: [schema.type, 'null'] })

export const list = (items: object): object => ({ type: 'array', items })

/** An object that has all of these, and what else is named. */
export function shape(properties: Record<string, object>, optional: Record<string, object> = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } }
}
