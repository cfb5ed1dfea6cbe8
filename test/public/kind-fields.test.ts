import { fieldsOf, inputOf } from '../../public/jobs/kind-fields'
import { z } from '../../src/base/parse'
import { query } from '../../src/fleet'
import { healthCheck } from '../../src/monitors'

const schemaOf = (input: z.ZodType) => z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
const named = (schema: Record<string, unknown>, name: string) => fieldsOf(schema).find(field => field.name === name)

test('the schema of a health check becomes fields, with the required one first', () => {
  const schema = schemaOf(healthCheck.input)
  expect(fieldsOf(schema)[0]).toMatchObject({ name: 'url', label: 'Url', type: 'text', isRequired: true })
  expect(named(schema, 'method')).toMatchObject({ type: 'choice', initial: 'GET', isRequired: false })
  expect(named(schema, 'method')?.choices).toContain('HEAD')
  expect(named(schema, 'timeout_ms')).toMatchObject({ type: 'number', label: 'Timeout ms' })
  expect(named(schema, 'follow_redirects')).toMatchObject({ type: 'checkbox', initial: 'true' })
  expect(named(schema, 'headers')).toMatchObject({ type: 'json' })
})

test('objects and nested lists are entered as JSON, lists of strings one per line', () => {
  expect(named(schemaOf(query.input), 'targets')).toMatchObject({ type: 'json', isRequired: true })
  const schema = schemaOf(z.object({ seeds: z.array(z.string()), depth: z.int().min(1).max(9).default(3) }))
  expect(named(schema, 'seeds')).toMatchObject({ type: 'lines', isRequired: true })
  expect(named(schema, 'depth')).toMatchObject({ initial: '3', limits: { min: 1, max: 9, step: 1 } })
})

test('the entered values are valid input, without empty fields', () => {
  const input = z.strictObject({
    name: z.string(),
    seeds: z.array(z.string()),
    depth: z.int().optional(),
    dry: z.boolean().default(false),
    scope: z.object({ type: z.string() }).optional(),
  })
  const fields = fieldsOf(schemaOf(input))
  const form = new FormData()
  for (const [name, value] of Object.entries({ name: 'a', seeds: 'one\n\n two ', depth: '', scope: '{"type":"host"}' }))
    form.set(name, value)
  const entered = inputOf(fields, form)
  expect(entered).toEqual({ name: 'a', seeds: ['one', 'two'], dry: false, scope: { type: 'host' } })
  expect(input.safeParse(entered).success).toBe(true)
  form.set('scope', '{type')
  expect(() => inputOf(fields, form)).toThrow('Scope is not valid JSON.')
})

test('a form is filled with an input that is there, else with defaults', () => {
  const schema = schemaOf(z.object({ seeds: z.array(z.string()), depth: z.int().default(3), scope: z.object({}) }))
  const fields = fieldsOf(schema, { seeds: ['a', 'b'], scope: { x: 1 } })
  expect(fields.map(({ name, initial }) => [name, initial])).toEqual([
    ['seeds', 'a\nb'],
    ['scope', '{\n  "x": 1\n}'],
    ['depth', '3'],
  ])
})
