import { newId } from '../../../src/base/ids'
import { eventually } from '../../jobs/node'
import { rows } from '../../support/rows'
import { addReceiver, createSending, noticeOf, type Sender, stored } from '../sending'
import { answer, cut, startTarget, type Target } from '../target'

let place: Awaited<ReturnType<typeof createSending>>
let sender: Sender
let target: Target
beforeAll(async () => {
  place = await createSending()
  sender = await place.start()
})
afterAll(() => place.stop())
beforeEach(async () => {
  target = await startTarget()
})
afterEach(() => target.stop())

const ended = (id: string) =>
  eventually(async () => {
    const row = await stored(sender, id)
    return row.status !== 'pending' && row
  })
interface ReceiverState {
  failing_since: Date | null
  is_refusing: boolean
  last_error: string | null
  last_sent_at: Date | null
}
const stateOf = async (id: string) => {
  const [row] = await rows<ReceiverState>(
    sender.db,
    'SELECT failing_since, is_refusing, last_error, last_sent_at FROM receivers WHERE id = ?',
    [id],
  )
  return row
}

test('a notification is sent once, and its job, receiver and row say so', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url, secret: 's' })
  const notice = noticeOf(sender, hook, newId(), { firing: ['a'] })
  await sender.add(notice)
  const row = await ended(notice.id)
  expect(row).toMatchObject({ status: 'sent', key: notice.id, message: null, attempt_count: 1, next_at: null })
  expect(row.attempts).toMatchObject([{ ok: true, status_code: 200, error: null }])
  expect(target.received.map(({ key }) => key)).toEqual([notice.id])
  expect(JSON.parse(target.received[0]?.body ?? '')).toEqual(notice.message)
  const job = await eventually(async () => {
    const found = await sender.jobs.find({ tenantId: place.tenantId, id: notice.id })
    return found.status === 'completed' && found
  })
  expect(job.outcome).toEqual({ level: 'ok', text: `Sent to ${hook.name}` })
  expect(await stateOf(hook.id)).toMatchObject({
    failing_since: null,
    last_error: null,
    last_sent_at: expect.any(Date),
  })
})

test('what fails is tried again with the same key; what follows in its group waits for it, other groups do not', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  const [group, other] = [newId(), newId()]
  const failing = noticeOf(sender, hook, group, { firing: ['a'] })
  const failures = [cut, answer(429, { 'retry-after': '1' })]
  target.answers((response, received) =>
    (received.key === failing.id ? (failures.shift() ?? answer(200)) : answer(200))(response, received),
  )
  const resolved = noticeOf(sender, hook, group, { resolved: ['a'], reason: 'all_resolved' })
  const apart = noticeOf(sender, hook, other, { firing: ['b'] })
  await sender.add(failing, resolved, apart)
  await ended(apart.id)
  expect((await ended(resolved.id)).status).toBe('sent')
  const row = await stored(sender, failing.id)
  expect(row.attempts.map(({ ok, status_code }) => [ok, status_code])).toEqual([
    [false, null],
    [false, 429],
    [true, 200],
  ])
  const keys = target.received.map(({ key }) => key).filter(key => key !== apart.id)
  expect(keys).toEqual([failing.id, failing.id, failing.id, resolved.id])
})

test('what is refused for good ends, its receiver is known to refuse, and what follows is sent', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  const group = newId()
  const refused = noticeOf(sender, hook, group, { firing: ['a'] })
  const next = noticeOf(sender, hook, group, { firing: ['a', 'b'], reason: 'new_alerts' })
  target.answers((response, received) => answer(received.key === refused.id ? 400 : 200)(response, received))
  await sender.add(refused)
  expect(await ended(refused.id)).toMatchObject({ status: 'failed', message: null })
  expect(await stateOf(hook.id)).toMatchObject({ failing_since: expect.any(Date), is_refusing: true })
  await sender.add(next)
  expect((await ended(next.id)).status).toBe('sent')
  expect(await stateOf(hook.id)).toMatchObject({ failing_since: null, is_refusing: false })
  await eventually(async () => sender.recovered.includes(hook.id))
})

test('a receiver that is down holds up no other, and gets everything in order when it is back', async () => {
  const dead = await addReceiver(sender, 'webhook', { url: target.url })
  const other = await startTarget()
  const healthy = await addReceiver(sender, 'webhook', { url: other.url })
  target.answers(answer(503, { 'retry-after': '3000' }))
  const groups = [newId(), newId(), newId()]
  const forDead = groups.flatMap(group => [
    noticeOf(sender, dead, group, { firing: ['a'] }),
    noticeOf(sender, dead, group, { resolved: ['a'], reason: 'all_resolved' }),
  ])
  await sender.add(...forDead)
  await target.gets(1)
  const fine = noticeOf(sender, healthy, newId(), { firing: ['a'] })
  await sender.add(fine)
  expect((await ended(fine.id)).status).toBe('sent')
  await eventually(async () => (await stateOf(dead.id))?.failing_since)
  expect((await stateOf(dead.id))?.last_error).toBe('It answered 503')
  target.answers(answer(200))
  await eventually(async () => {
    await sender.notifications.wake(dead)
    return (await Promise.all(forDead.map(({ id }) => stored(sender, id)))).every(({ status }) => status === 'sent')
  })
  const succeeded = target.received.slice(-6).map(({ key }) => key)
  for (const [i, group] of groups.entries()) {
    const own = forDead.filter(({ groupId }) => groupId === group).map(({ id }) => id)
    expect([i, succeeded.filter(key => own.includes(key))]).toEqual([i, own])
  }
  expect(await stateOf(dead.id)).toMatchObject({ failing_since: null, last_error: null })
  await other.stop()
})

test('a disabled receiver gets nothing until it is enabled, and a deleted one never', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  const setEnabled = (enabled: boolean) =>
    sender.db.raw('UPDATE receivers SET enabled = ? WHERE id = ?', [enabled, hook.id])
  await setEnabled(false)
  const first = noticeOf(sender, hook, newId(), { firing: ['a'] })
  await sender.add(first)
  await eventually(async () => {
    const job = await sender.jobs.find({ tenantId: place.tenantId, id: first.id })
    return job.status === 'scheduled'
  })
  expect(target.received).toEqual([])
  await setEnabled(true)
  await eventually(async () => {
    await sender.notifications.wake(hook)
    return (await stored(sender, first.id)).status === 'sent'
  })
  await setEnabled(false)
  const second = noticeOf(sender, hook, newId(), { firing: ['a'] })
  await sender.add(second)
  await sender.db.raw('DELETE FROM receivers WHERE id = ?', [hook.id])
  await eventually(async () => {
    await sender.notifications.wake(hook)
    return (await stored(sender, second.id)).status === 'failed'
  })
  expect((await stored(sender, second.id)).attempts).toMatchObject([{ error: 'The receiver was deleted' }])
  expect(target.received).toHaveLength(1)
})

test('a notification whose job was lost gets another', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  target.answers(answer(503, { 'retry-after': '3000' }))
  const notice = noticeOf(sender, hook, newId(), { firing: ['a'] })
  await sender.add(notice)
  await eventually(async () => (await stored(sender, notice.id)).attempts.length)
  const by = { type: 'system' as const, id: null, name: 'test' }
  await sender.jobs.cancel({ tenantId: place.tenantId, id: notice.id }, { reason: 'by mistake', by })
  target.answers(answer(200))
  await sender.db.raw('UPDATE notifications SET next_at = now() WHERE id = ?', [notice.id])
  await sender.notifications.sweep(0)
  expect((await ended(notice.id)).status).toBe('sent')
  expect(target.received.map(({ key }) => key)).toEqual([notice.id, notice.id])
})

test('after a day nothing is tried any more', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  target.answers(answer(503))
  const old = { ...noticeOf(sender, hook, newId(), { firing: ['a'] }), createdAt: new Date(Date.now() - 86_400_000) }
  await sender.add(old)
  expect(await ended(old.id)).toMatchObject({ status: 'failed', attempt_count: 1 })
})

test('the timeline of the incident and the feed tell the outcome in the same commit', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: target.url })
  const incidentId = newId()
  const groupId = newId()
  await sender.db.raw(
    `INSERT INTO incidents (id, tenant_id, number, group_id, title, status, group_labels, common_labels,
       common_annotations, links, firing, alerts, opened_at, updated_at)
     VALUES (?, ?, 1, ?, 'T', 'open', '{}', '{"team": "web"}', '{}', '{}', 1, 1, now(), now())`,
    [incidentId, place.tenantId, groupId],
  )
  const notice = noticeOf(sender, hook, groupId, { firing: ['a'], incidentId })
  await sender.add(notice)
  await ended(notice.id)
  const timeline = await rows(sender.db, 'SELECT * FROM incident_timeline WHERE incident_id = ?', [incidentId])
  expect(timeline).toMatchObject([
    { kind: 'notified', count: 1, by: [hook.name], notification_id: notice.id, reason: 'first' },
  ])
  const events = await rows<{ data: string }>(
    sender.db,
    `SELECT e.data FROM stream_entries e JOIN stream_topics t ON t.id = e.topic_id
     WHERE t.tenant_id = ? AND t.name = 'events' AND e.kind = 'incident_updated'`,
    [place.tenantId],
  )
  expect(events.map(({ data }) => JSON.parse(data))).toMatchObject([
    { labels: { team: 'web' }, data: { incident_id: incidentId, status: 'open', entry: { kind: 'notified' } } },
  ])
})
