import { failingReceivers, Watcher } from '../../../src/alerts/sources'
import { quietLog } from '../../support/parts'
import { startWorld, type World } from '../incidents/world'
import { setRule } from './set-rule'

let world: World
let watcher: Watcher
beforeEach(async () => {
  world = await startWorld()
  const { db, node } = world
  const { open: openAlerts, raises } = node.occurrences
  const tenantIds = async () => [world.clock.tenantId]
  watcher = new Watcher({ db, log: quietLog, openAlerts, raises, tenantIds, isLeader: () => true }, [
    failingReceivers(db),
  ])
})
afterEach(() => world.stop())

/** Has failed for so long; null: it works. */
const failing = (name: string, seconds: number | null, more: { is_refusing?: boolean; enabled?: boolean } = {}) =>
  world
    .db('receivers')
    .where({ name })
    .update({
      failing_since: seconds === null ? null : new Date(Date.now() - seconds * 1_000),
      last_error: seconds === null ? null : 'It answered 503',
      ...more,
    })

async function firing() {
  await watcher.look()
  return (await world.node.occurrences.open.of(world.clock.tenantId)).all().map(({ labels }) => labels)
}
const resolvedBy = () => world.db('alerts').orderBy('id').pluck('resolved_by')

const FAILING = { alertname: 'ReceiverFailing', severity: 'critical', receiver: 'ops', receiver_type: 'webhook' }

test('a receiver that has failed for a minute raises an alert, until it works again', async () => {
  await world.receiver('ops')
  await failing('ops', 50)
  expect(await firing()).toEqual([])
  await failing('ops', 61)
  expect(await firing()).toEqual([FAILING])
  const [annotations] = await world.db('alerts').pluck('annotations')
  expect(JSON.parse(annotations)).toEqual({
    summary: 'Notifications to ops are not delivered',
    description: 'It answered 503',
  })
  await failing('ops', null)
  expect(await firing()).toEqual([])
})

test('one that refuses for good raises it at once, and none that is switched off or deleted', async () => {
  await world.receiver('ops')
  await failing('ops', 0, { is_refusing: true })
  expect(await firing()).toEqual([FAILING])
  await failing('ops', 0, { enabled: false })
  expect(await firing()).toEqual([])
  await failing('ops', 0, { enabled: true })
  expect(await firing()).toEqual([FAILING])
  await world.db('receivers').where({ name: 'ops' }).delete()
  expect(await firing()).toEqual([])
})

test('the rule has a severity and a window, and resolves what fires when it is switched off', async () => {
  await world.receiver('ops')
  await failing('ops', 100)
  await setRule(world, 'ReceiverFailing', { window_seconds: 300 })
  expect(await firing()).toEqual([])
  await setRule(world, 'ReceiverFailing', { window_seconds: 90, severity: 'warning' })
  expect(await firing()).toEqual([{ ...FAILING, severity: 'warning' }])
  await setRule(world, 'ReceiverFailing', { enabled: false })
  expect(await firing()).toEqual([])
  expect(await resolvedBy()).toEqual(['disabled'])
})
