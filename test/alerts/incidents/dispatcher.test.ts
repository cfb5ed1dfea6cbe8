import { Dispatcher } from '../../../src/alerts/incidents/dispatcher'
import { createIncidentMetrics, incidentStats } from '../../../src/alerts/incidents/figures'
import { incidentRetention } from '../../../src/alerts/incidents/retention'
import { createMetrics } from '../../../src/base/metrics'
import { eventually } from '../../jobs/node'
import { quietLog } from '../../support/parts'
import { startWorld, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld(2)
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: ['alertname'], group_wait_seconds: 1 })
})
afterEach(() => world.stop())

test('dispatchers of several processes follow changes and timers by themselves', async () => {
  const dispatchers = world.nodes.map(
    ({ db, streams, dispatch, occurrences: { open } }) =>
      new Dispatcher({
        ...{ db, streams, dispatch, log: quietLog, isAccepting: () => false, clock: () => new Date() },
        onChange: listener => open.onChange(listener),
      }),
  )
  for (const dispatcher of dispatchers) await dispatcher.start()
  await world.fire({ alertname: 'A' })
  await world.fire({ alertname: 'B' })
  await eventually(async () => (await world.told()).length === 2)
  for (const dispatcher of dispatchers) await dispatcher.stop()
  expect(await world.told()).toEqual(['first 1/0', 'first 1/0'])
  expect(await world.incidents()).toMatchObject([{ number: 1 }, { number: 2 }])
})

test('figures count open incidents and alerts, and only resolved incidents are deleted, with all that belongs to them', async () => {
  await world.mute('silenced', { A: 's1' })
  await world.fire({ alertname: 'A', severity: 'critical' }, { alertname: 'B' }, { alertname: 'C' })
  await world.pass(0)
  await world.resolve({ alertname: 'C' })
  await world.pass(0)
  expect((await incidentStats(world.db)())(world.clock.tenantId)).toEqual({
    incidents: { open: 1, muted: 1, acknowledged: 0, severities: { critical: 1, warning: 0, info: 0, none: 1 } },
  })
  const metrics = createMetrics()
  createIncidentMetrics(metrics, world.db)
  const text = await metrics.metrics()
  expect(text).toContain('tailrace_incidents_open 2')
  expect(text).toContain('tailrace_alerts{state="firing"} 1')
  expect(text).toContain('tailrace_alerts{state="suppressed"} 1')
  const [target] = incidentRetention(world.db)
  const before = new Date(world.clock.now + 1)
  expect(await target?.count(before)).toBe(1)
  expect((await target?.sweep(before, 2, null))?.deleted).toBe(2)
  while ((await target?.sweep(before, 2, ''))?.next !== null);
  expect((await world.incidents()).map(({ number }) => number)).toEqual([1, 2])
  expect(await world.db('incident_alerts').pluck('incident_id')).toHaveLength(2)
})
