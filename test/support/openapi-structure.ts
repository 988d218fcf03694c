import type { Test } from 'tap'
import { openApiMethods, type OpenApiDocument, type OpenApiOperation } from '../../src/web/open-api-document.ts'

/** What is true of every OpenAPI document of ours, whichever listener it tells of. */

export interface Operation extends OpenApiOperation {
  /** `GET /healthz` */
  name: string
  path: string
}

export function operationsOf({ paths = {} }: OpenApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) => Object.entries(item ?? {}).map(([method, operation]) =>
    ({ ...operation, path, name: `${method.toUpperCase()} ${path}` })))
}

/** @param registered `METHOD /path` of each route, as the framework spells it */
export function assertRoutes(t: Test, document: OpenApiDocument, registered: string[]): void {
  const expected = registered.filter(route => !/^(HEAD|OPTIONS) /.test(route)).map(route => route.replace(/:(\w+)/g, '{$1}'))
  t.strictSame(operationsOf(document).map(({ name }) => name).sort(), expected.sort())
  const heads = registered.filter(route => route.startsWith('HEAD ')).map(route => route.slice(5)).sort()
  t.strictSame(heads, registered.filter(route => route.startsWith('GET ')).map(route => route.slice(4)).sort(), 'HEAD stands beside GET')
}

/** @param mayLackBody operations that post nothing, whose path matches */
export function assertStructure(t: Test, document: OpenApiDocument, mayLackBody: RegExp): void {
  t.equal(document['openapi'], '3.1.0')
  t.match(document.info, { title: /^Countersign/, version: String })
  const schemes = Object.keys((document.components as { securitySchemes: object }).securitySchemes)
  const groups = (document['tags'] as Array<{ name: string }>).map(({ name }) => name)
  const faults = operationsOf(document).flatMap(operation => findFaults(operation, { schemes, groups, mayLackBody }).map(fault => `${operation.name}: ${fault}`))
  t.ok(faults.length === 0, 'every operation is whole', { faults })
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target!)
  t.ok(references.length > 50)
  const dead = references.filter(target => document.components?.schemas?.[target.replace('#/components/schemas/', '')] === undefined)
  t.strictSame(dead, [], 'every reference leads somewhere')
  t.notMatch(JSON.stringify(document), /Default Response|"def-\d/)
}

/** Each JSON answer of success that the document describes, as `METHOD /path status`. */
export function describedAnswers(document: OpenApiDocument): string[] {
  return operationsOf(document).flatMap(({ name, responses = {} }) => Object.entries(responses)
    .filter(([status, response]) => status.startsWith('2') && Object.keys(response?.content ?? {}).some(type => type.endsWith('json')))
    .map(([status]) => `${name} ${status}`))
}

function findFaults(operation: Operation, known: { schemes: string[]; groups: string[]; mayLackBody: RegExp }): string[] {
  const { tags = [], summary = '', path, parameters = [], responses = {}, requestBody } = operation
  const security = (operation as { security?: object[] }).security ?? []
  const named = parameters.filter(parameter => parameter.in === 'path').map(parameter => parameter.name)
  const contents = [requestBody, ...Object.values(responses)].flatMap(part => Object.values(part?.content ?? {}))
  const rules: Array<[boolean, string]> = [
    [openApiMethods.some(method => operation.name.startsWith(method.toUpperCase())), 'method'],
    [tags.length === 1 && known.groups.includes(tags[0]!), 'tag'],
    [/^[A-Z].*[.?]$/.test(summary), 'summary'],
    [security.flatMap(Object.keys).every(scheme => known.schemes.includes(scheme)), 'security'],
    [JSON.stringify(named) === JSON.stringify([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)), 'path parameters'],
    [parameters.every(({ name, in: place, required, schema }) => name && schema && ['path', 'query'].includes(place!) && (place !== 'path' || required)), 'parameter'],
    [Object.keys(responses).length > 0 && Object.keys(responses).every(status => /^(default|[1-5]\d\d)$/.test(status)), 'statuses'],
    [Object.values(responses).every(response => response?.description), 'description of an answer'],
    [contents.every(({ schema }) => schema !== undefined), 'content without a schema'],
    [/^(GET|DELETE)/.test(operation.name) === (requestBody === undefined) || known.mayLackBody.test(path), 'request body']
  ]
  return rules.filter(([holds]) => !holds).map(([, rule]) => rule)
}
