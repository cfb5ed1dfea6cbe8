import { badRequest, type Fault } from '../base/errors'
import { faultsOf, z } from '../base/parse'

type Schema = z.ZodType
type Values = Record<string, unknown>

/**
 * Creates the parser of an endpoint's query string. Besides applying the schema, it rejects unknown parameters (a
 * mistyped filter would silently match everything) and repeated single-value parameters.
 * @returns a function that throws a Problem 400 naming every invalid parameter
 */
export function queryReader(schema: Schema = z.strictObject({})): (query: Values) => unknown {
  const object = objectOf(schema)
  const known = object && !isOpen(object) ? new Set(Object.keys(object.shape)) : undefined
  const single = singleNames(schema)
  return query => {
    const faults: Fault[] = []
    const kept: Values = {}
    for (const [name, value] of Object.entries(query)) {
      const message = faultOf(name, value)
      if (message) faults.push({ path: `query.${name}`, message })
      if (!known || known.has(name)) kept[name] = value
    }
    const result = schema.safeParse(kept)
    const named = new Set(faults.map(fault => fault.path))
    if (!result.success) faults.push(...faultsOf(result.error, 'query').filter(fault => !named.has(fault.path)))
    if (faults.length || !result.success) throw badRequest(faults)
    return result.data
  }

  function faultOf(name: string, value: unknown): string | undefined {
    if (known && !known.has(name)) return 'Unknown parameter.'
    if (Array.isArray(value) && single.has(name)) return 'This parameter may be given only once.'
    return hasNul(value) ? 'This value contains a NUL character.' : undefined
  }
}

/** PostgreSQL text cannot contain NUL, so a value with one can never match. */
export const hasNul = (value: unknown): boolean =>
  Array.isArray(value) ? value.some(hasNul) : typeof value === 'string' && value.includes('\0')

/** The underlying object schema, without transforms, optionals and defaults. */
function objectOf(schema: Schema): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema
  if (schema instanceof z.ZodPipe) return objectOf(schema.in as Schema)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return objectOf(schema.unwrap() as Schema)
  return undefined
}

/** Whether it accepts names that its shape does not list, such as `label.<name>`. */
const isOpen = (object: z.ZodObject) =>
  object.def.catchall !== undefined && !(object.def.catchall instanceof z.ZodNever)

interface JsonSchema {
  type?: string
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
}

/** Parameters that take one value. Coercion would accept two of them (`new Date(['2020', '5'])`). */
function singleNames(schema: Schema): Set<string> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const takesMany = ({ type, anyOf = [] }: JsonSchema): boolean => type === 'array' || anyOf.some(takesMany)
  return new Set(Object.keys(properties).filter(name => !takesMany(properties[name] ?? {})))
}
