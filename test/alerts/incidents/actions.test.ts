import { incidentRoutes } from '../../../src/alerts/incidents/incident-routes'
import { fingerprintOf } from '../../../src/alerts/matching'
import { newId } from '../../../src/base/ids'
import { rows } from '../../support/rows'
import { type Site, startSite } from '../../web/site'
import { HOUR, MIN, startWorld, type World } from './world'

let world: World
let site: Site
beforeAll(async () => {
  world = await startWorld()
  const { node, clock, place } = world
  site = await startSite({
    databaseUrl: place.databaseUrl,
    endpoints: ({ audit }) =>
      incidentRoutes({ db: node.db, streams: node.streams, audit, clock: () => new Date(clock.now) }),
  })
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: ['alertname'], group_wait_seconds: 0 })
  await world.pass(0)
})
afterAll(async () => {
  await site.stop()
  await world.stop()
})

let names = 0
/** A new incident. @returns its id and its alert */
async function open(more: Record<string, string> = {}) {
  const labels = { alertname: `Down${++names}`, ...more }
  await world.fire(labels)
  await world.pass(0)
  const { body } = await site.ask('GET', `/api/incidents?q=${labels.alertname}`)
  return { id: body.items[0].id as string, number: body.items[0].number as number, labels }
}

const act = (id: string, what: string, body: unknown = {}) => site.ask('POST', `/api/incidents/${id}/${what}`, { body })
const toldOf = async (id: string) =>
  (
    await rows<{ reason: string }>(world.db, 'SELECT reason FROM notifications WHERE incident_id = ? ORDER BY id', [id])
  ).map(({ reason }) => reason)
const lastEvents = async (count: number) => (await world.events()).slice(-count)
/** Fingerprints in the latest event of a kind. */
const fingerprintsIn = async (kind: string) => (await world.latestEvent(kind)).fingerprints

test('an acknowledged incident is not repeated, but new alerts of it are told', async () => {
  const { id, labels } = await open()
  const { status, body } = await act(id, 'acknowledge', { reason: 'On it' })
  expect(status).toBe(200)
  expect(body).toMatchObject({ id, status: 'acknowledged', acknowledged_by: { name: expect.any(String) } })
  expect(await lastEvents(2)).toEqual(['incident_acknowledged', 'incident_updated'])
  expect(await fingerprintsIn('incident_acknowledged')).toEqual([fingerprintOf(labels)])
  expect((await act(id, 'acknowledge')).status).toBe(200)
  await world.pass(5 * HOUR)
  expect(await toldOf(id)).toEqual(['first', 'acknowledged'])
  await world.fire({ ...labels, instance: 'new' })
  await world.pass(5 * MIN)
  expect(await toldOf(id)).toEqual(['first', 'acknowledged', 'new_alerts'])
  const read = (await site.ask('GET', `/api/incidents/${id}`)).body
  expect(read.incident).toMatchObject({ status: 'acknowledged', firing: 2 })
  expect(read.timeline.map(({ kind }: { kind: string }) => kind)).toEqual([
    ...['firing', 'not_notified', 'acknowledged', 'opened'],
  ])
  const audited = await world.db('audit_log').where({ target_id: id }).select('action', 'reason')
  expect(audited).toEqual([{ action: 'incident.acknowledge', reason: 'On it' }])
})

test('resolved by hand, it does not reopen while the same occurrence goes on; a new one is a new incident', async () => {
  const { id, number, labels } = await open()
  expect((await act(id, 'resolve', { reason: 'Planned' })).body).toMatchObject({
    status: 'resolved',
    resolved_by: { type: 'token' },
  })
  expect((await act(id, 'resolve')).status).toBe(409)
  expect((await act(id, 'acknowledge')).status).toBe(409)
  await world.fire(labels)
  await world.pass(5 * HOUR)
  expect((await site.ask('GET', `/api/incidents?q=${labels.alertname}`)).body.items).toHaveLength(1)
  await world.fire({ ...labels, instance: 'new' })
  await world.pass(0)
  const { items } = (await site.ask('GET', `/api/incidents?q=${labels.alertname}`)).body
  expect(items).toMatchObject([
    { status: 'open', alerts: 1 },
    { id, number, status: 'resolved' },
  ])
  await world.resolve(labels, { ...labels, instance: 'new' })
  await world.pass(5 * MIN)
  expect((await site.ask('GET', `/api/incidents/${items[0].id}`)).body.incident.status).toBe('resolved')
})

test('the events about the end of an incident name all of its alerts', async () => {
  const { labels } = await open()
  const other = { ...labels, instance: 'other' }
  await world.fire(other)
  await world.pass(5 * MIN)
  await world.resolve(labels)
  await world.pass(5 * MIN)
  await world.resolve(other)
  await world.pass(5 * MIN)
  expect(await fingerprintsIn('incident_resolved')).toEqual([fingerprintOf(labels), fingerprintOf(other)])
})

test('assigned to a member, and back; not to anybody else', async () => {
  const { id } = await open()
  const userId = newId()
  const user = {
    id: userId,
    tenant_id: world.clock.tenantId,
    email: 'a@b.c',
    email_folded: 'a@b.c',
    name: 'Ada',
    role: 'operator',
  }
  await world.db('users').insert(user)
  expect((await act(id, 'assign', { user_id: userId })).body.assignee).toEqual({
    type: 'user',
    id: userId,
    name: 'Ada',
  })
  expect((await act(id, 'assign', { user_id: null })).body.assignee).toBeNull()
  const refused = await act(id, 'assign', { user_id: newId() })
  expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'body.user_id'])
  const { timeline } = (await site.ask('GET', `/api/incidents/${id}`)).body
  expect(timeline.map(({ kind, text }: { kind: string; text: string }) => [kind, text])).toEqual([
    ['assigned', null],
    ['assigned', 'Ada'],
    ['opened', null],
  ])
})

test('notes', async () => {
  const { id } = await open()
  const { status, body } = await act(id, 'note', { text: 'Disk is full' })
  expect([status, body]).toMatchObject([201, { kind: 'note', text: 'Disk is full', actor: { type: 'token' } }])
  expect(await lastEvents(1)).toEqual(['incident_updated'])
  expect((await act(newId(), 'note', { text: 'x' })).status).toBe(404)
  expect((await act(id, 'note', {})).status).toBe(400)
})

test('lists are filtered and paged', async () => {
  const { id, number, labels } = await open({ severity: 'critical', team: 'x' })
  const list = async (query: string) => {
    const { body } = await site.ask('GET', `/api/incidents?${query}`)
    return body.items.map((item: { id: string }) => item.id)
  }
  expect(await list(`q=%23${number}`)).toEqual([id])
  expect(await list(`q=${labels.alertname.toLowerCase()}`)).toEqual([id])
  expect(await list('q=team&status=open')).toEqual([id])
  expect(await list('severity=critical&status=open,acknowledged')).toEqual([id])
  expect(await list('severity=critical&status=resolved')).toEqual([])
  const all = await list('')
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await site.ask('GET', `/api/incidents?limit=2${cursor && `&cursor=${cursor}`}`)
    found.push(...body.items.map((item: { id: string }) => item.id))
    cursor = body.next_cursor
  }
  expect(found).toEqual(all)
  expect(all.length).toBeGreaterThan(3)
})

test('alerts of an incident: firing ones first, by page', async () => {
  const { id, labels } = await open()
  const others = ['a', 'b', 'c', 'd'].map(instance => ({ ...labels, instance }))
  await world.fire(...others)
  await world.resolve(labels, ...others.slice(0, 1))
  await world.pass(0)
  const states: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await site.ask('GET', `/api/incidents/${id}/alerts?limit=2${cursor && `&cursor=${cursor}`}`)
    for (const {
      resolved_at,
      labels: { instance = '-' },
    } of body.items)
      states.push(`${instance} ${resolved_at ? 'over' : 'on'}`)
    cursor = body.next_cursor
  }
  expect(states.slice(0, 3).sort()).toEqual(['b on', 'c on', 'd on'])
  expect(states.slice(3).sort()).toEqual(['- over', 'a over'])
  const timeline = (await site.ask('GET', `/api/incidents/${id}/timeline?limit=1`)).body
  expect(timeline.items).toHaveLength(1)
  expect(timeline.next_cursor).not.toBeNull()
  const viewer = await site.tokenFor('viewer')
  expect((await site.ask('POST', `/api/incidents/${id}/note`, { as: viewer, body: { text: 'x' } })).status).toBe(403)
  const foreign = await site.tokenFor('admin', await site.anotherTenant())
  expect((await site.ask('GET', `/api/incidents/${id}`, { as: foreign })).status).toBe(404)
})
