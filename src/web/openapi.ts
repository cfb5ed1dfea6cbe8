import { STATUS_CODES } from 'node:http'
import type { Endpoint } from '../api'
import { BODY_BYTES_MAX } from './endpoints'
import { curlFor, SERVER_URL, smallestOf } from './openapi-examples'
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

const DESCRIPTION = `Programs send \`Authorization: Bearer <token>\`. Create a token on the Settings page, or use that of the first
admin: \`TOKEN=$(cat .data/admin-token)\`. Each endpoint has a curl example, in which \`$TOKEN\` and ids such as \`$ID\` are shell variables.

Errors are \`application/problem+json\` (RFC 9457) and name every faulty field. Lists accept \`limit\` and \`cursor\`, and return \`items\` and
\`next_cursor\`. Streams are server-sent events.`

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
    info: {
      title: 'Tailrace',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: SERVER_URL, description: 'This server' }],
    tags: [...new Set(endpoints.map(tagOf))].sort().map(name => ({ name, 'x-displayName': titleOf(name) })),
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

/** The noun in a path; the versioned paths are all streams. */
function tagOf({ path }: Pick<Endpoint, 'path'>): string {
  const noun = path.split('/')[2] ?? 'api'
  return /^v\d$/.test(noun) ? 'stream' : noun
}

/** `enroll-secrets` is `Enroll secrets`. */
const titleOf = (tag: string) => capital(tag).replaceAll('-', ' ')

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
  const body = each.body && schemas.convert(each.body, 'input', `${id}Body`)
  const example = body && (each.example ?? smallestOf(body))
  const needed = query.filter(({ required }) => required).map(({ name }) => name)
  return {
    operationId: id,
    tags: [tagOf(each)],
    summary: each.summary,
    'x-role': each.role,
    ...(each.role === 'anyone' ? { security: [] } : { description: `Requires the role ${each.role}.` }),
    parameters: [...path, ...query.map(property => ({ ...property, in: 'query' }))],
    ...(body && {
      requestBody: {
        required: true,
        description: `At most ${each.bodyBytesMax ?? BODY_BYTES_MAX} bytes.`,
        content: { 'application/json': { schema: body, example } },
      },
    }),
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlFor({ operation: each, needed, example }) }],
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
