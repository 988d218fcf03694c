/** As much of an OpenAPI 3.1 document as its page shows. What the page does not know it leaves out. */

export interface OpenApiDocument {
  info: { title: string, version: string, description?: string }
  paths?: Record<string, PathItem | undefined>
  components?: { schemas?: Record<string, OpenApiSchema>, [other: string]: unknown }
  [other: string]: unknown
}

export const openApiMethods = ['get', 'post', 'put', 'patch', 'delete', 'options', 'head'] as const

type PathItem = { [method in typeof openApiMethods[number]]?: OpenApiOperation }

export interface OpenApiOperation {
  tags?: readonly string[]
  summary?: string
  description?: string
  parameters?: readonly OpenApiParameter[]
  requestBody?: { required?: boolean, content?: Record<string, { schema?: OpenApiSchema }> }
  responses?: Record<string, OpenApiResponse | undefined>
}

export interface OpenApiParameter {
  name?: string
  in?: string
  required?: boolean
  description?: string
  schema?: OpenApiSchema
}

export interface OpenApiResponse {
  description?: string
  content?: Record<string, { schema?: OpenApiSchema }>
}

export interface OpenApiSchema {
  $ref?: string
  type?: string | readonly string[]
  format?: string
  description?: string
  const?: unknown
  enum?: readonly unknown[]
  required?: readonly string[]
  properties?: Record<string, OpenApiSchema>
  items?: OpenApiSchema | boolean
  oneOf?: readonly OpenApiSchema[]
  anyOf?: readonly OpenApiSchema[]
  allOf?: readonly OpenApiSchema[]
  [other: string]: unknown
}
