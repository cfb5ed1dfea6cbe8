import { z } from '../base/parse'

export type Json = Record<string, unknown>

interface Property {
  name: string
  required: boolean
  schema: Json
}

/** Converts zod schemas to JSON Schema and collects the definitions they refer to as components of the document. */
export function createSchemas() {
  const components: Record<string, Json> = {}

  /** @param name unique in the document; used if the schema refers to itself */
  function convert(schema: z.ZodType, io: 'input' | 'output', name: string): Json {
    const {
      $schema: _,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
      },
    })
    const refers = JSON.stringify(root).includes('"$ref":"#"') || JSON.stringify($defs).includes('"$ref":"#"')
    const moved = (json: unknown) => moveReferences(json, name)
    for (const [key, definition] of Object.entries($defs)) components[`${name}_${key}`] = moved(definition) as Json
    if (!refers) return moved(root) as Json
    components[name] = moved(root) as Json
    return { $ref: `#/components/schemas/${name}` }
  }

  function properties(schema: z.ZodType, name: string): Property[] {
    const { properties = {}, required = [] } = convert(schema, 'input', name) as {
      properties?: Record<string, Json>
      required?: string[]
    }
    return Object.entries(properties).map(([key, value]) => ({
      name: key,
      required: required.includes(key),
      schema: value,
    }))
  }

  return { components, convert, properties }
}

/** References within one schema become references within the document. */
function moveReferences(json: unknown, name: string): unknown {
  if (Array.isArray(json)) return json.map(each => moveReferences(each, name))
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).map(([key, value]) => [
    key,
    key === '$ref' && typeof value === 'string' ? movedReference(value, name) : moveReferences(value, name),
  ])
  return Object.fromEntries(entries)
}

function movedReference(reference: string, name: string): string {
  if (reference === '#') return `#/components/schemas/${name}`
  return reference.replace(/^#\/\$defs\//, `#/components/schemas/${name}_`)
}
