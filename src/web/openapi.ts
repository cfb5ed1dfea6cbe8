import { STATUS_CODES } from 'node:http'
import type { Endpoint } from '../api'
import { BODY_BYTES_MAX } from './endpoints'
import { createSchemas, type Json } from './openapi-schemas'

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'errors'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'A stable, machine-readable code.' },
    detail: { type: 'string', description: 'A human-readable explanation of what happened and what to do next.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

/**
 * The OpenAPI 3.1 document of all endpoints, generated from the schemas that validate their requests.
 * @param cookieName name of the session cookie
 */
export function openApi(endpoints: Endpoint[], version: string, cookieName: string): Json {
  const schemas = createSchemas()
  const paths: Record<string, Json> = {}
  for (const each of endpoints) {
    paths[each.path] ??= {}
    Object.assign(paths[each.path] as Json, { [each.method]: operation(each, schemas) })
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tailrace', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: PROBLEM, ...schemas.components },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        session: { type: 'apiKey', in: 'cookie', name: cookieName, description: 'From POST /api/session.' },
      },
    },
  }
}

/** `get /api/jobs/{id}/logs` becomes `getJobsByIdLogs`. */
export function operationId({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  const words = path.replace(/^\/api\b/, '').split(/[^A-Za-z0-9{}]+/)
  const name = words.map(word => (word.startsWith('{') ? `By${capital(word.slice(1, -1))}` : capital(word)))
  return method + name.join('')
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

type Schemas = ReturnType<typeof createSchemas>

function operation(each: Endpoint, schemas: Schemas): Json {
  const id = operationId(each)
  const inPath = [...each.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))
  const given = each.params ? schemas.properties(each.params, `${id}Params`) : []
  const path = inPath.map(name => ({
    name,
    in: 'path',
    required: true,
    schema: given.find(property => property.name === name)?.schema ?? { type: 'string' },
  }))
  const query = each.query ? schemas.properties(each.query, `${id}Query`) : []
  return {
    operationId: id,
    tags: [each.path.split('/')[2] ?? 'api'],
    summary: each.summary,
    'x-role': each.role,
    ...(each.role === 'anyone' ? { security: [] } : { description: `Requires the role ${each.role}.` }),
    parameters: [...path, ...query.map(property => ({ ...property, in: 'query' }))],
    ...(each.body && {
      requestBody: {
        required: true,
        description: `At most ${each.bodyBytesMax ?? BODY_BYTES_MAX} bytes.`,
        content: json(schemas.convert(each.body, 'input', `${id}Body`)),
      },
    }),
    responses: { ...goodReplies(each, id, schemas), ...problems(each, inPath.length > 0) },
  }
}

const json = (schema: Json) => ({ 'application/json': { schema } })

function goodReplies({ replies }: Endpoint, id: string, schemas: Schemas): Json {
  const entries = Object.entries(replies).map(([status, schema]) => {
    const content = schema && { content: json(schemas.convert(schema, 'output', `${id}Reply${status}`)) }
    return [status, { description: STATUS_CODES[status] ?? 'OK', ...content }]
  })
  return Object.fromEntries(entries)
}

function problems({ role, body }: Endpoint, hasId: boolean): Json {
  const statuses = [400, 401, ...(role === 'anyone' ? [] : [403]), ...(hasId ? [404] : []), ...(body ? [413, 415] : [])]
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  const named = statuses.map(status => [status, problem(STATUS_CODES[status] ?? 'Problem')])
  return { ...Object.fromEntries(named), default: problem('Any other problem') }
}
