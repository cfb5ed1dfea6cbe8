import { Routing } from '../../../src/alerts/routing/routing'
import { readRule, Watchdog, watchdogMissing } from '../../../src/alerts/sources'
import { quietLog } from '../../support/parts'
import { MIN, startWorld, type World } from '../incidents/world'
import { setRule } from './set-rule'

let world: World
let watchdog: Watchdog
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.renew()
  const { db, node } = world
  watchdog = new Watchdog({
    ...{
      db,
      log: quietLog,
      openAlerts: node.occurrences.open,
      routing: new Routing(db),
      raises: node.occurrences.raises,
    },
    rule: tenantId => readRule(db, watchdogMissing, tenantId),
    clock: () => new Date(world.clock.now),
  })
})
afterAll(() => world.stop())

const WATCHDOG = { alertname: 'Watchdog', cluster: 'x' }
const matchers = Object.entries(WATCHDOG).map(([name, value]) => ({ name, op: '=' as const, value }))
const routes = [{ matchers, receiver: null, expect_every_seconds: 120 }]

/** Moves the clock on. @returns the labels of what fires */
async function after(ms: number) {
  world.clock.now += ms
  const { tenantId } = world.clock
  await watchdog.check(tenantId)
  return (await world.node.occurrences.open.of(tenantId)).all().map(({ labels }) => labels)
}

const MISSING = { alertname: 'WatchdogMissing', cluster: 'x', expected: 'Watchdog', route: '0', severity: 'critical' }

test('alerts that stop coming are an alert themselves, until they come again', async () => {
  await world.route({ receiver: null, routes })
  expect(await after(0)).toEqual([])
  await world.fire(WATCHDOG)
  expect(await after(MIN)).toEqual([WATCHDOG])
  expect(await after(MIN)).toEqual([WATCHDOG])
  expect(await after(MIN + 1)).toEqual([WATCHDOG, MISSING])
  expect(await after(MIN)).toEqual([WATCHDOG, MISSING])
  await world.resolve(WATCHDOG)
  await world.fire(WATCHDOG)
  expect(await after(1_000)).toEqual([WATCHDOG])
})

test('alerts that never come are missed, and nothing is expected any more without the route', async () => {
  await world.route({ receiver: null, routes })
  await after(0)
  expect(await after(2 * MIN + 1)).toEqual([MISSING])
  await world.route({ receiver: null })
  expect(await after(1_000)).toEqual([])
  expect(await world.of('alert_expectations').pluck('route_key')).toEqual([])
  const [by] = await world.of('alerts').pluck('resolved_by')
  expect(by).toBe('disabled')
})

test('the missing alert opens an incident', async () => {
  await world.route({ receiver: null, routes })
  await after(0)
  await after(3 * MIN)
  await world.pass(0)
  expect(await world.incidents()).toMatchObject([
    { title: 'WatchdogMissing: Expected alerts have stopped coming', severity: 'critical' },
  ])
})

test('it has the severity of its rule, and ends when the rule is switched off', async () => {
  await world.route({ receiver: null, routes })
  await after(0)
  expect(await after(3 * MIN)).toEqual([MISSING])
  await setRule(world, watchdogMissing.name, { severity: 'warning' })
  expect(await after(1_000)).toEqual([{ ...MISSING, severity: 'warning' }])
  await setRule(world, watchdogMissing.name, { enabled: false })
  expect(await after(1_000)).toEqual([])
  expect(await world.of('alerts').orderBy('id').pluck('resolved_by')).toEqual(['sender', 'disabled'])
  await setRule(world, watchdogMissing.name, { enabled: true })
  expect(await after(1_000)).toEqual([{ ...MISSING, severity: 'warning' }])
})
