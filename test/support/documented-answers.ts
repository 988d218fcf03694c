import Fastify from 'fastify'
import type { OpenApiDocument, OpenApiResponse, OpenApiSchema } from '../../src/web/open-api-document.ts'
import type { Answer } from './ask-listener.ts'

/** Holds answers against an OpenAPI document. Returns what it does not tell of. */
export type AnswerJudge = (method: string, path: string, answer: Answer) => string[]

/** @param path as the document spells it: `/revocations/{jti}` */
export async function createAnswerJudge(document: OpenApiDocument): Promise<AnswerJudge> {
  const compile = await schemaCompiler()
  const validators = new Map<OpenApiSchema, (value: unknown) => boolean>()
  const validatorOf = (schema: OpenApiSchema) => {
    const made = validators.get(schema) ?? compile({ ...close(schema) as object, components: close(document.components) })
    validators.set(schema, made)
    return made
  }

  return (method, path, answer) => {
    const operation = document.paths?.[path]?.[method.toLowerCase() as 'get']
    if (operation === undefined) return [`there is no ${method} ${path}`]
    const response = operation.responses?.[answer.statusCode] ?? (answer.statusCode < 400 ? undefined : operation.responses?.['default'])
    if (response === undefined) return [`status ${answer.statusCode}`]
    return judgeBody(response, answer, validatorOf)
  }
}

function judgeBody(
  { content }: OpenApiResponse, answer: Answer, validatorOf: (schema: OpenApiSchema) => (value: unknown) => boolean
): string[] {
  if (content === undefined) return answer.body === '' ? [] : ['a body']
  const type = String(answer.headers['content-type']).split(';', 1)[0]!
  const schema = content[type]?.schema
  if (schema === undefined) return [`content type ${type}`]
  if (!type.endsWith('json')) return []
  return validatorOf(schema)(answer.json<unknown>()) ? [] : [`a body of another shape: ${answer.body.slice(0, 300)}`]
}

/** A member that the schema does not name is a fault, unless the schema allows for it. */
function close(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(close)
  const closed = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, close(value)]))
  const isClosable = 'properties' in closed && 'type' in closed && !('additionalProperties' in closed)
  return isClosable ? { ...closed, additionalProperties: false } : closed
}

/** The framework's own validator of JSON Schema. */
async function schemaCompiler(): Promise<(schema: object) => (value: unknown) => boolean> {
  const app = Fastify({ ajv: { customOptions: { strict: false, coerceTypes: false, removeAdditional: false, useDefaults: false } } })
  // It is made with the first route that needs it.
  app.post('/', { schema: { body: { type: 'object' } } }, () => '')
  await app.ready()
  const compile = app.validatorCompiler as unknown as (route: object) => (value: unknown) => boolean
  return schema => compile({ schema, method: 'POST', url: '/', httpPart: 'body' })
}
