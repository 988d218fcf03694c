import { empty, type RouteSchema } from './answer.ts'
import { tags } from './tags.ts'

/** A file that pages load. */
export function assetSchema(type: string): RouteSchema {
  return {
    tags: [tags.pages.name], summary: 'A file that pages load.',
    querystring: { type: 'object', properties: { v: { description: 'The version of the content: that one may be kept for ever.' } } },
    response: {
      200: { description: 'The file.', content: { [type.split(';', 1)[0]!]: { schema: { type: 'string' } } } },
      304: empty('The one that If-None-Match names is still good.')
    }
  }
}
