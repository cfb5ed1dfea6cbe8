/** The parts of JSON Schema that forms use. */
interface Schema {
  type?: string
  enum?: unknown[]
  items?: Schema
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
}

export type FieldType = 'text' | 'number' | 'checkbox' | 'choice' | 'lines' | 'json'

/** A form field. */
export interface Field {
  name: string
  /** Derived from the name: `timeout_ms` becomes `Timeout ms`. */
  label: string
  type: FieldType
  isRequired: boolean
  /** The default value as text; empty if there is none. */
  initial: string
  hint: string
  choices: string[]
  limits: { min?: number; max?: number; step?: 'any' | 1; minLength?: number; maxLength?: number }
}

/**
 * The fields of an object schema, in its order, with required ones first.
 * @param input what they hold at first; else their defaults
 */
export function fieldsOf(schema: Record<string, unknown>, input: Record<string, unknown> = {}): Field[] {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: string[] }
  const fields = Object.entries(properties).map(([name, property]) => {
    const field = fieldOf(name, property, required)
    return input[name] === undefined ? field : { ...field, initial: textOf(input[name], field.type) }
  })
  return [...fields.filter(field => field.isRequired), ...fields.filter(field => !field.isRequired)]
}

function fieldOf(name: string, schema: Schema, required: readonly string[]): Field {
  const type = typeOf(schema)
  const { minimum, maximum, minLength, maxLength, default: preset } = schema
  return {
    name,
    label: name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' '),
    type,
    // A field with a default may be left empty.
    isRequired: required.includes(name) && preset === undefined,
    initial: preset === undefined ? '' : textOf(preset, type),
    hint: schema.description ?? '',
    choices: schema.enum?.map(String) ?? [],
    limits:
      type === 'number'
        ? { min: minimum, max: maximum, step: schema.type === 'integer' ? 1 : 'any' }
        : { minLength, maxLength },
  }
}

function typeOf({ type, enum: values, items }: Schema): FieldType {
  if (values) return 'choice'
  if (type === 'boolean') return 'checkbox'
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'string') return 'text'
  return type === 'array' && items?.type === 'string' ? 'lines' : 'json'
}

function textOf(value: unknown, type: FieldType): string {
  if (type === 'lines' && Array.isArray(value)) return value.join('\n')
  return type === 'json' ? JSON.stringify(value, null, 2) : String(value)
}

/**
 * The entered input, without empty fields.
 * @throws Error that names a field with invalid JSON
 */
export function inputOf(fields: readonly Field[], form: FormData): Record<string, unknown> {
  const entries = fields.flatMap(field => {
    const value = enteredValue(field, form.get(field.name))
    return value === undefined ? [] : [[field.name, value] as const]
  })
  return Object.fromEntries(entries)
}

function enteredValue({ type, label }: Field, entered: FormDataEntryValue | null): unknown {
  if (type === 'checkbox') return entered !== null
  const text = String(entered ?? '')
  if (text.trim() === '') return undefined
  if (type === 'number') return Number(text)
  if (type === 'lines')
    return text
      .split('\n')
      .map(line => line.trim())
      .filter(Boolean)
  if (type !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${label} is not valid JSON.`)
  }
}
