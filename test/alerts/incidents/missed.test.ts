import { tellAgain } from '../../../src/alerts/incidents/missed'
import { HOUR, MIN, startWorld, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
  await world.receiver('hook')
  await world.receiver('mail')
  await world.group('all', ['hook', 'mail'])
  await world.route({ receiver: 'all', group_by: ['alertname'] })
  await world.pass(0)
})
afterEach(() => world.stop())

const A = { alertname: 'Down', instance: 'a' }

/** What a receiver was told, or why it was not. */
async function toldTo(name: string): Promise<string[]> {
  const found = await world.db('notifications').where({ receiver: name }).orderBy('no').select('status', 'reason')
  return found.map(({ status, reason }) => (status === 'not_sent' ? `-${reason}` : reason))
}

/** All that waits for a receiver ends so, and the receiver is failing or not. */
async function end(name: string, status: 'sent' | 'failed') {
  await world.db('notifications').where({ receiver: name, status: 'pending' }).update({ status })
  await world
    .db('receivers')
    .where({ name })
    .update({ failing_since: status === 'failed' ? new Date() : null })
}
const recover = async (name: string) => {
  await world.db('receivers').where({ name }).update({ failing_since: null })
  const [id] = await world.db('receivers').where({ name }).pluck('id')
  await tellAgain(world.db, { tenantId: world.clock.tenantId, id }, new Date(world.clock.now))
}

test('a receiver of a group that is enabled later is told what fires, and no other', async () => {
  await world.receiver('mail', { enabled: false })
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  expect([await toldTo('hook'), await toldTo('mail')]).toEqual([['first'], ['-receiver_disabled']])
  await world.receiver('mail', { enabled: true })
  await world.pass(MIN)
  await world.pass(MIN)
  expect([await toldTo('hook'), await toldTo('mail')]).toEqual([['first'], ['-receiver_disabled', 'missed']])
  await world.resolve(A)
  await world.pass(5 * MIN)
  expect((await toldTo('mail')).slice(2)).toEqual(['all_resolved'])
})

test('a receiver that is added to a group is told what fires', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await world.db('receivers').where({ name: 'all' }).update({ settings: '{"receivers": ["hook", "mail", "chat"]}' })
  await world.receiver('chat')
  await world.pass(MIN)
  expect([await toldTo('hook'), await toldTo('chat')]).toEqual([['first'], ['missed']])
})

test('what failed for good is told once more when the receiver has recovered, then at the repeat', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await end('hook', 'sent')
  await end('mail', 'failed')
  await world.pass(MIN)
  expect(await toldTo('mail')).toEqual(['first'])
  await recover('mail')
  await world.pass(1)
  expect(await toldTo('mail')).toEqual(['first', 'missed'])
  await end('mail', 'failed')
  await recover('mail')
  await world.pass(1)
  expect([await toldTo('hook'), await toldTo('mail')]).toEqual([['first'], ['first', 'missed']])
  await world.pass(4 * HOUR)
  expect([await toldTo('hook'), await toldTo('mail')]).toEqual([
    ['first', 'repeat'],
    ['first', 'missed', 'repeat'],
  ])
})

test('of an acknowledged incident nothing is told again', async () => {
  await world.fire(A)
  await world.pass(0)
  await world.pass(30_000)
  await end('mail', 'failed')
  await world
    .db('incidents')
    .update({ status: 'acknowledged', acknowledged_by: '{"type":"user","id":null,"name":"x"}' })
  await recover('mail')
  await world.pass(1)
  expect(await toldTo('mail')).toEqual(['first'])
})
