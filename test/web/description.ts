/** The parts of the OpenAPI document that the test of all routes needs. */
export interface Description {
  paths: Record<string, Record<string, Described>>
  components: { schemas: Record<string, Schema> }
}

interface Described {
  'x-role': string
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
}

interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minLength?: number
  minimum?: number
}

export interface Operation {
  /** `GET /api/jobs/{id}`. */
  name: string
  method: string
  path: string
  role: string
  /** A body that matches the schema. */
  body: unknown
  /** The URL with these ids and a value for every required parameter, from `given` or made up. */
  urlOf(id: () => string, given?: Readonly<Record<string, string>>): string
}

export function operationsOf({ paths, components }: Description): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => operation(path, method.toUpperCase(), each, components.schemas)),
  )
}

function operation(path: string, method: string, each: Described, schemas: Record<string, Schema>): Operation {
  const body = each.requestBody && sampleOf(each.requestBody.content['application/json'].schema, schemas)
  const schemaOf = (name: string) => each.parameters.find(given => given.in === 'path' && given.name === name)?.schema
  const needed = each.parameters.filter(parameter => parameter.in === 'query' && parameter.required)
  const sample = (schema: Schema = {}) => String(sampleOf(schema, schemas))
  return {
    name: `${method} ${path}`,
    method,
    path,
    role: each['x-role'],
    body,
    urlOf: (id, given = {}) => {
      const query = new URLSearchParams(
        Object.fromEntries(needed.map(({ name, schema }) => [name, given[name] ?? sample(schema)])),
      )
      const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
        name === 'id' ? id() : (given[name] ?? sample(schemaOf(name))),
      )
      return filled + (query.size ? `?${query}` : '')
    },
  }
}

/** A minimal value that matches a schema; supports only the kinds of schemas in use. */
function sampleOf(schema: Schema, schemas: Record<string, Schema>): unknown {
  const { $ref, const: fixed, anyOf, oneOf, properties = {}, required = [], items, minItems = 0 } = schema
  if ($ref) return sampleOf(schemas[$ref.slice('#/components/schemas/'.length)] ?? {}, schemas)
  if (fixed !== undefined) return fixed
  if (schema.enum) return schema.enum[0]
  const [first] = anyOf ?? oneOf ?? []
  if (first) return sampleOf(first, schemas)
  const type = [schema.type].flat()[0]
  if (type === 'object')
    return Object.fromEntries(required.map(name => [name, sampleOf(properties[name] ?? {}, schemas)]))
  if (type === 'array') return Array.from({ length: minItems }, () => sampleOf(items ?? {}, schemas))
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 0, 0)
  if (type === 'boolean') return false
  return textFor(schema)
}

const FORMATS: Record<string, string> = {
  uuid: '01a1fe47-fadb-7286-a422-db8d90ee84c1',
  email: 'somebody@example.org',
  'date-time': '2099-01-01T00:00:00Z',
}
const textFor = ({ format = '', minLength = 1 }: Schema) => FORMATS[format] ?? 'x'.repeat(minLength)
