import type { OpenApiSchema } from './open-api-document.ts'

/** JSON Schema in a few words: enough to write a request by. */

export type SchemaTable = Readonly<Record<string, OpenApiSchema>>

export interface Member {
  name: string
  type: string
  isRequired: boolean
  description: string | undefined
}

export function describeSchema(schema: OpenApiSchema | undefined, table: SchemaTable): string {
  if (schema === undefined) return ''
  const name = referredName(schema)
  if (name !== undefined) return name
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined) return choices.map(choice => describeSchema(choice, table)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  const type = [schema.type ?? []].flat().join(' | ')
  if (typeof schema.items === 'object') return `array of ${describeSchema(schema.items, table) || 'anything'}`
  return schema.format === undefined ? type : `${type} (${schema.format})`
}

/** The members of an object, those of all its parts together; none for anything else. */
export function listMembers(schema: OpenApiSchema | undefined, table: SchemaTable, depth = 0): Member[] {
  // A schema may refer to itself.
  if (schema === undefined || depth > 8) return []
  const name = referredName(schema)
  if (name !== undefined) return listMembers(table[name], table, depth + 1)
  const own = Object.entries(schema.properties ?? {}).map(([name, member]) => ({
    name,
    type: describeSchema(member, table),
    isRequired: schema.required?.includes(name) ?? false,
    description: member.description
  }))
  const parts = [...schema.allOf ?? [], ...schema.oneOf ?? [], ...schema.anyOf ?? []]
  const others = parts.flatMap(part => listMembers(part, table, depth + 1))
  return [...new Map([...own, ...others].map(member => [member.name, member])).values()]
}

const referredName = ({ $ref }: OpenApiSchema): string | undefined => $ref?.split('/').at(-1)
