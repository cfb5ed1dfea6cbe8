import fc from 'fast-check'
import { monitorSettings } from '../../../src/contract/monitor-settings'
import { checkMonitor } from '../../../src/monitors/import/check-monitor'
import type { FileMonitor } from '../../../src/monitors/import/monitor-file'
import {
  countsOf,
  type ExistingMonitor,
  faultsIn,
  planImport,
  type Step,
  wantedMonitors,
} from '../../../src/monitors/import/plan'

const web = (fields: Record<string, unknown> = {}, more: Partial<FileMonitor> = {}): FileMonitor => ({
  path: 'monitors.0',
  fields: { name: 'Home', type: 'http', target: 'https://example.org/', ...fields },
  secretNames: [],
  notes: [],
  ...more,
})

const existing = (fields: Partial<ExistingMonitor> = {}): ExistingMonitor => ({
  ...{ id: 'id-1', name: 'Home', type: 'http', target: 'https://example.org/', interval_seconds: 60 },
  ...{ timeout_ms: 10_000, retries: 0, retry_interval_seconds: 5, confirm_up: 1, labels: {}, enabled: true },
  ...{ settings: monitorSettings.http.parse({}), secrets: {} },
  ...fields,
})

const plan = (before: ExistingMonitor[], wanted: FileMonitor[], remove = false) =>
  planImport(before, wantedMonitors(wanted, checkMonitor), remove)

const fieldsOf = (step: Step | undefined) => (step?.action === 'update' ? step.fields : undefined)

test('a monitor is created, changed or left as it is, by its name', () => {
  const steps = plan(
    [existing(), existing({ id: 'id-2', name: 'Other' }), existing({ id: 'id-3', name: 'Third' })],
    [web(), web({ name: 'Other', interval_seconds: 30, labels: { a: 'b' } }), web({ name: 'New' })],
  )
  expect(steps).toMatchObject([
    { action: 'unchanged', name: 'Home' },
    { action: 'update', name: 'Other', id: 'id-2', fields: ['interval_seconds', 'labels'] },
    { action: 'create', name: 'New', input: { interval_seconds: 60, settings: { method: 'GET' } } },
  ])
  expect(countsOf(steps)).toEqual({ create: 1, update: 1, remove: 0, unchanged: 1, refused: 0 })
})

test('others are removed only when asked for', () => {
  const before = [existing(), existing({ id: 'id-2', name: 'Other' })]
  expect(plan(before, [web()], true)).toMatchObject([
    { action: 'unchanged' },
    { action: 'remove', id: 'id-2', name: 'Other' },
  ])
  expect(plan(before, [web()])).toHaveLength(1)
})

test('settings that a file leaves out become their defaults, secrets stay', () => {
  const before = existing({
    settings: monitorSettings.http.parse({ keyword: 'x', headers: { Accept: '*/*' }, basic: { username: 'a' } }),
    secrets: { 'headers.authorization': 'Bearer 1', 'basic.password': 'p', client_key: 'KEY' },
  })
  const settings = { headers: { Accept: '*/*' }, basic: { username: 'a' } }
  expect(fieldsOf(plan([before], [web({ settings })])[0])).toEqual(['settings.keyword'])
  expect(plan([before], [web({ settings: { ...settings, keyword: 'x' } })])).toMatchObject([{ action: 'unchanged' }])
})

test('a secret in a file counts only if it is another one', () => {
  const before = existing({ secrets: { bearer: 't', 'headers.authorization': 'one', 'basic.password': 'p' } })
  const wanted = (settings: object) => fieldsOf(plan([before], [web({ settings })])[0])
  expect(wanted({ bearer: 't' })).toBeUndefined()
  expect(wanted({ headers: { authorization: 'one' } })).toBeUndefined()
  expect(wanted({ bearer: 'u' })).toEqual(['settings.bearer'])
  expect(wanted({ headers: { Authorization: 'two' } })).toEqual(['settings.headers'])
})

test('a paused monitor stays so unless the file says otherwise', () => {
  const before = existing({ enabled: false })
  expect(plan([before], [web()])).toMatchObject([{ action: 'unchanged' }])
  expect(fieldsOf(plan([before], [web({ enabled: true })])[0])).toEqual(['enabled'])
})

test('secrets that an export has left out are missing in a new monitor', () => {
  const secretNames = ['bearer', 'headers.authorization', 'headers.x-api-key']
  const settings = { headers: { 'X-Api-Key': '1' } }
  expect(plan([], [web({ settings }, { secretNames })])[0]?.notes).toEqual([
    'Its secrets are not in the file and have to be given again: bearer, headers.authorization.',
  ])
})

test('what is refused is named with its place', () => {
  const broken = web(
    { interval_seconds: 0, settings: { keyword: '', colour: 1 } },
    { path: 'monitors.7', notes: ['n'] },
  )
  const steps = plan(
    [existing({ name: 'Twice' }), existing({ name: 'Twice' }), existing({ name: 'Ping', type: 'ping' })],
    [
      broken,
      web({ name: 'Twice' }, { path: 'monitors.8' }),
      web({ name: 'Ping' }, { path: 'monitors.9' }),
      web({ name: undefined, settings: { colour: 1 } }, { path: 'monitors.10' }),
      { ...web(), path: 'monitors.11', fields: {} },
    ],
  )
  expect(steps.map(({ name }) => name)).toEqual(['Home', 'Twice', 'Ping', 'monitors.10', 'monitors.11'])
  expect(faultsIn(steps).map(({ path }) => path)).toEqual([
    'monitors.7.interval_seconds',
    'monitors.7.settings.keyword',
    'monitors.7.settings.colour',
    'monitors.8.name',
    'monitors.9.type',
    'monitors.10.name',
    'monitors.10.settings.colour',
    'monitors.11.name',
    'monitors.11.type',
  ])
  expect(steps[0]?.notes).toEqual([
    expect.stringMatching(/^interval_seconds: /),
    expect.any(String),
    'settings.colour: Unknown field.',
    'n',
  ])
})

test('names that repeat in a file are numbered', () => {
  const wanted = ['A', 'A (2)', 'A', 'B', 'A'].map(name => web({ name }))
  expect(plan([], wanted).map(({ name }) => name)).toEqual(['A', 'A (2)', 'A (3)', 'B', 'A (4)'])
})

test('what was planned leaves nothing to do', () => {
  const monitors = fc.array(
    fc.record({
      name: fc.constantFrom('A', 'B', 'C', 'A (2)'),
      interval_seconds: fc.constantFrom(30, 60),
      settings: fc.constantFrom({}, { keyword: 'x' }, { bearer: 't' }, { headers: { Authorization: 'a' } }),
      labels: fc.constantFrom({}, { team: 'web' }),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(monitors, monitors, (first, second) => {
      const files = [first, second].map(all => all.map(fields => web(fields)))
      let stored: ExistingMonitor[] = []
      for (const file of files) {
        stored = applied(stored, plan(stored, file, true))
        expect(new Set(plan(stored, file, true).map(({ action }) => action))).toEqual(
          new Set(file.length ? ['unchanged'] : []),
        )
      }
    }),
  )
})

/** What a store would hold after these steps. */
function applied(before: ExistingMonitor[], steps: Step[]): ExistingMonitor[] {
  const byName = new Map(before.map(monitor => [monitor.name, monitor]))
  for (const step of steps) {
    if (step.action === 'remove') byName.delete(step.name)
    if (step.action === 'create' || step.action === 'update')
      byName.set(
        step.name,
        existing({ ...step.input, id: step.name, settings: step.input.settings } as ExistingMonitor),
      )
  }
  return [...byName.values()]
}
