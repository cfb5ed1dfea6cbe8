import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '../../../src/base/parse'
import { ROOT } from '../../../src/base/root'
import { monitorSettings } from '../../../src/contract/monitor-settings'
import { monitorInput } from '../../../src/contract/monitors'
import { checkMonitor } from '../../../src/monitors/import/check-monitor'
import { readTailrace, TYPED_FIELDS } from '../../../src/monitors/import/read-tailrace'

const fieldsIn = (content: string) => readTailrace(content).monitors.map(({ fields }) => fields)

test('a file that was written by hand is short, and shares parts', () => {
  const content = `
x-web: &web
  type: http
  interval_seconds: 30
  labels: {team: web}
monitors:
  - <<: *web
    name: Home page
    target: https://example.org/
    settings:
      expect_status: [200, 300-399]
      http_version: 1.1
      verify_tls: false
      headers: {X-Version: 1.10, X-Flag: true}
  - <<: *web
    name: 404
    target: https://example.org/none
    labels: {team: web, year: 2026}
    settings: {expect_status: 404, json: [{path: $.ok, value: true}, {path: $.n, op: <, value: 1.5}]}
  - name: Nightly backup
    type: push
    target:
    settings: {cron: 0 3 * * *, grace_seconds: 600}
    labels:
`
  const { monitors, leftOut } = readTailrace(content)
  expect(leftOut).toEqual([])
  expect(monitors.map(({ path }) => path)).toEqual(['monitors.0', 'monitors.1', 'monitors.2'])
  expect(monitors.map(({ fields }) => fields)).toEqual([
    {
      ...{ name: 'Home page', type: 'http', target: 'https://example.org/', interval_seconds: 30 },
      labels: { team: 'web' },
      settings: {
        ...{ expect_status: [200, '300-399'], http_version: '1.1', verify_tls: false },
        headers: { 'X-Version': '1.10', 'X-Flag': 'true' },
      },
    },
    {
      ...{ name: '404', type: 'http', target: 'https://example.org/none', interval_seconds: 30 },
      labels: { team: 'web', year: '2026' },
      settings: {
        expect_status: 404,
        json: [
          { path: '$.ok', value: true },
          { path: '$.n', op: '<', value: 1.5 },
        ],
      },
    },
    { name: 'Nightly backup', type: 'push', target: null, settings: { cron: '0 3 * * *', grace_seconds: 600 } },
  ])
  for (const { fields } of monitors) expect(checkMonitor(fields)).not.toHaveProperty('faults')
})

test('the example in the documentation is valid', () => {
  const [, yaml = ''] =
    /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/monitoring-as-code.md'), 'utf8')) ?? []
  const { monitors } = readTailrace(yaml)
  expect(monitors.map(({ fields }) => checkMonitor(fields))).toEqual(monitors.map(() => ({ input: expect.anything() })))
  expect(monitors.length).toBeGreaterThan(6)
})

test('JSON is read too, and names of secrets are no fields', () => {
  const monitor = { name: 'a', type: 'http', target: 'https://example.org/', has_secrets: ['bearer'] }
  const [read] = readTailrace(JSON.stringify({ version: 1, monitors: [monitor], other: 1 })).monitors
  expect(read).toEqual({
    path: 'monitors.0',
    fields: { name: 'a', type: 'http', target: 'https://example.org/' },
    secretNames: ['bearer'],
    notes: [],
  })
  expect(fieldsIn('[{name: a}, 5]')).toEqual([{ name: 'a' }, {}])
  expect(readTailrace('{monitors: [], more: 1}').leftOut).toEqual(['more: nothing of this name is known'])
})

test.each([
  ['monitors: 5', /list "monitors"/],
  ['monitors: [}', /Line 1/],
  ['{"version": 2, "monitors": []}', /version 1/],
  [
    'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]',
    /too large/,
  ],
  [`monitors: [${' '.repeat(5 * 1024 * 1024)}]`, /4 MiB/],
])('a file that cannot be read is refused (%#)', (content, message) => {
  expect(() => readTailrace(content)).toThrow(
    expect.objectContaining({ errors: [expect.objectContaining({ message: expect.stringMatching(message) })] }),
  )
})

test('all fields that are no texts are known', () => {
  const schemas = [monitorInput, ...Object.values(monitorSettings)].map(schema =>
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  )
  const typed = schemas.flatMap(schema => typedIn(schema))
  expect([...TYPED_FIELDS].sort()).toEqual([...new Set(typed)].sort())
})

/** Names of properties whose values may be numbers or booleans. */
function typedIn(schema: unknown, name = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(each => typedIn(each, name))
  const { type, properties = {}, items, anyOf, ...others } = schema as Record<string, unknown>
  const own = ['number', 'integer', 'boolean'].includes(String(type)) && name ? [name] : []
  const inner = Object.entries(properties as object).flatMap(([key, each]) => typedIn(each, key))
  return [...own, ...inner, ...typedIn(items, name), ...typedIn(anyOf, name), ...typedIn(others.oneOf, name)]
}
