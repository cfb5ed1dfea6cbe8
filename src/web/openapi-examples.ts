import type { Endpoint } from '../api'
import type { Json } from './openapi-schemas'

interface Described {
  operation: Pick<Endpoint, 'method' | 'path' | 'role' | 'replies'>
  /** Names of required query parameters. */
  needed: readonly string[]
  /** The body; undefined if there is none. */
  example: unknown
}

/** Placeholder for the server's URL, which depends on the request. */
export const SERVER_URL = 'http://server.invalid'

/** The curl command for an endpoint. The token, path parameters and required query parameters are shell variables. */
export function curlFor({ operation, needed, example }: Described): string {
  const { method, path, role, replies } = operation
  const query = needed.map(name => `${name}=$${name.toUpperCase()}`).join('&')
  const url = SERVER_URL + path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)
  const isStream = Object.values(replies).some(reply => reply?.meta()?.description === 'text/event-stream')
  const isPlain = method === 'get' || (method === 'post' && example !== undefined) // curl's default method
  const options = `${isStream ? ' -N' : ''}${isPlain ? '' : ` -X ${method.toUpperCase()}`}`
  const parts = [
    `curl${options} "${url}${query && `?${query}`}"`,
    ...(role === 'anyone' ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(example === undefined
      ? []
      : [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`]),
  ]
  return parts.join(' \\\n  ')
}

/** A minimal value for a schema, for routes without an example. */
export function smallestOf(schema: Json): unknown {
  const { anyOf, oneOf, properties = {}, required = [], items, ...rest } = schema as Json & Partial<Schema>
  const [first] = anyOf ?? oneOf ?? rest.enum ?? []
  if (rest.const !== undefined) return rest.const
  if (rest.default !== undefined) return rest.default
  if (first !== undefined) return rest.enum ? first : smallestOf(first as Json)
  if (rest.type === 'object')
    return Object.fromEntries(required.map(name => [name, smallestOf(properties[name] ?? {})]))
  if (rest.type === 'array') return rest.minItems && items ? [smallestOf(items)] : []
  if (rest.type === 'integer' || rest.type === 'number') return Math.max(rest.minimum ?? 0, 0)
  return rest.type === 'boolean' ? false : 'text'
}

interface Schema {
  const: unknown
  default: unknown
  enum: unknown[]
  anyOf: Json[]
  oneOf: Json[]
  properties: Record<string, Json>
  required: string[]
  items: Json
  minItems: number
  minimum: number
}
