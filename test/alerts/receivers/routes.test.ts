import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { groupReceivers } from '../../../src/alerts/incidents'
import { notificationRoutes } from '../../../src/alerts/notifications/notification-routes'
import { Receivers, receiverRoutes } from '../../../src/alerts/receivers'
import type { Endpoint } from '../../../src/api'
import { newId } from '../../../src/base/ids'
import { createOutbound } from '../../../src/base/outbound'
import { parse, type z } from '../../../src/base/parse'
import { Sealer } from '../../../src/base/sealed'
import { rows } from '../../support/rows'
import { createSending, noticeOf, type Sender, stored } from '../sending'
import { startTarget, type Target } from '../target'

let place: Awaited<ReturnType<typeof createSending>>
let sender: Sender
let target: Target
const changedTenants: string[] = []
const audited: { action: string; data?: unknown }[] = []
beforeAll(async () => {
  place = await createSending()
  sender = await place.start()
  target = await startTarget()
})
afterAll(async () => {
  await place.stop()
  await target.stop()
})

const endpointsWith = (sealer: Sealer): Endpoint[] => {
  const { db, log, notifications } = sender
  const outbound = createOutbound({ allow: ['private'] })
  const receivers = new Receivers({ db, outbound, sealer, log, version: '1' })
  const audit = { record: async (entry: { action: string; data?: unknown }) => void audited.push(entry) }
  const wake = (receiver: { id: string }) => notifications.wake(receiver)
  const onChange = (tenantId: string) => void changedTenants.push(tenantId)
  return [
    ...receiverRoutes({ db, audit, sealer, receivers, publicUrl: undefined, groups: groupReceivers, wake, onChange }),
    ...notificationRoutes(db),
  ]
}

interface Request {
  id?: string
  query?: Record<string, unknown>
  body?: unknown
  sealer?: Sealer
}

// biome-ignore lint/suspicious/noExplicitAny: the bodies of many routes
async function call(route: string, { id, query = {}, body, sealer = sender.sealer }: Request = {}): Promise<any> {
  const [method, path] = route.split(' ')
  const found = endpointsWith(sealer).find(each => each.method === method && each.path === path)
  if (!found) throw new Error(`There is no ${route}`)
  const principal = { tenantId: place.tenantId, actor: { type: 'user', id: newId(), name: 'Ann' }, role: 'admin' }
  const reply = await found.handle({
    params: { id },
    query: found.query ? parse(found.query, query, 'query') : undefined,
    body: found.body ? parse(found.body, body, 'body') : undefined,
    principal: principal as never,
    req: undefined as never,
    res: undefined as never,
  })
  const shape = found.replies[reply?.status as keyof typeof found.replies] as z.ZodType | null
  const sent = reply?.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body))
  if (shape) shape.parse(sent)
  return sent
}

const CREATE = 'post /api/receivers'
const ONE = '/api/receivers/{id}'
const create = (name: string, more: object = {}) =>
  call(CREATE, {
    body: {
      name,
      type: 'webhook',
      settings: { url: target.url, secret: 'hidden', bearer_token: 'hidden too' },
      ...more,
    },
  })

test('secrets are stored encrypted and never returned; a change merges, null removes', async () => {
  const made = await create('merged')
  expect(made).toMatchObject({ settings: { url: target.url, max_alerts: 0 }, send_resolved: true, state: 'unused' })
  expect(made.has_secrets).toEqual(['bearer_token', 'secret'])
  expect(JSON.stringify(made)).not.toContain('hidden')
  const [row] = await rows(sender.db, 'SELECT * FROM receivers WHERE id = ?', [made.id])
  expect(JSON.stringify(row)).not.toContain('hidden')
  expect(JSON.stringify(audited)).not.toContain('hidden')
  const body = { settings: { bearer_token: null, max_alerts: 5 } }
  const changed = await call(`patch ${ONE}`, { id: made.id, body })
  expect(changed).toMatchObject({ has_secrets: ['secret'], settings: { url: target.url, max_alerts: 5 } })
  expect(await call(`post ${ONE}/test`, { id: made.id })).toMatchObject({ ok: true, status_code: 200, error: null })
  const last = target.received.at(-1)
  expect(last?.headers).toMatchObject({ 'x-tailrace-test': 'true', 'x-tailrace-signature': expect.any(String) })
  expect(last?.headers).not.toHaveProperty('authorization')
  expect(audited.map(({ action }) => action)).toEqual(['receiver.create', 'receiver.update', 'receiver.test'])
})

test.each([
  ['webhook', { url: 'ftp://x' }, 'settings.url'],
  ['webhook', { url: 'http://me:pw@example.org/' }, 'settings.url'],
  ['webhook', { url: 'http://example.org', nonsense: 1 }, 'settings.nonsense'],
  ['slack', {}, 'settings.url'],
  ['email', { to: [], from: 'a@example.org', host: 'h' }, 'settings.to'],
  ['email', { to: ['a@example.org'], from: 'a@example.org', host: 'h', password: 'x' }, 'settings.username'],
])('%s with %j is refused at %s', async (type, settings, path) => {
  const refused = call(CREATE, { body: { name: newId(), type, settings } })
  await expect(refused).rejects.toMatchObject({ status: 400, errors: [{ path }] })
})

test('every change is announced, so that groups of alerts are looked at again', async () => {
  const announcements = () => changedTenants.splice(0)
  announcements()
  const made = await create('announced')
  expect(announcements()).toEqual([place.tenantId])
  await call(`patch ${ONE}`, { id: made.id, body: { enabled: false } })
  expect(announcements()).toEqual([place.tenantId])
  await call(`delete ${ONE}`, { id: made.id })
  expect(announcements()).toEqual([place.tenantId])
})

test('names are unique, routes follow a new name, and a receiver that a route names is not deleted', async () => {
  const made = await create('team')
  await expect(create('team')).rejects.toMatchObject({ status: 409, code: 'name_taken' })
  await sender.db.raw(
    `INSERT INTO alert_routing (tenant_id, config, version, updated_at, updated_by) VALUES (?, ?::jsonb, 1, now(), 'x')`,
    [
      place.tenantId,
      JSON.stringify({
        route: {
          matchers: [],
          receiver: 'team',
          continue: false,
          mute_time_intervals: [],
          active_time_intervals: [],
          routes: [],
        },
        inhibit_rules: [],
        time_intervals: {},
      }),
    ],
  )
  expect(await call(`get ${ONE}`, { id: made.id })).toMatchObject({ routes: 1, state: 'ok' })
  await expect(call(`delete ${ONE}`, { id: made.id })).rejects.toMatchObject({ status: 409, code: 'receiver_in_use' })
  expect(await call(`patch ${ONE}`, { id: made.id, body: { name: 'crew' } })).toMatchObject({ routes: 1, name: 'crew' })
  expect(await call(`patch ${ONE}`, { id: made.id, body: { enabled: false } })).toMatchObject({ state: 'disabled' })
  await sender.db.raw('DELETE FROM alert_routing WHERE tenant_id = ?', [place.tenantId])
  await call(`delete ${ONE}`, { id: made.id })
  await expect(call(`get ${ONE}`, { id: made.id })).rejects.toMatchObject({ status: 404 })
})

const createGroup = (name: string, ...receivers: string[]) =>
  call(CREATE, { body: { name, type: 'group', settings: { receivers } } })

test('a group names receivers that exist, each once, and no group', async () => {
  await create('one')
  await createGroup('pair', 'one')
  await expect(createGroup('bad', 'one', 'nobody', 'pair', 'one')).rejects.toMatchObject({
    status: 400,
    errors: [
      { path: 'settings.receivers.1', message: 'There is no receiver "nobody".' },
      { path: 'settings.receivers.2', message: '"pair" is a group itself.' },
      { path: 'settings.receivers.3', message: '"one" is named twice.' },
    ],
  })
  const { id } = await createGroup('changed', 'one')
  const body = { settings: { receivers: ['nobody'] } }
  await expect(call(`patch ${ONE}`, { id, body })).rejects.toMatchObject({ status: 400 })
})

test('a group is tested by all its receivers, fails with one of them, and follows their names', async () => {
  const good = await create('good')
  const bad = await create('bad one', { settings: { url: 'http://127.0.0.1:9/' } })
  const { id } = await createGroup('both', 'good', 'bad one')
  const count = target.received.length
  const outcome = await call(`post ${ONE}/test`, { id })
  expect(outcome).toMatchObject({ ok: false, error: expect.stringMatching(/^bad one: /) })
  expect(target.received).toHaveLength(count + 1)
  await sender.db.raw(`UPDATE receivers SET failing_since = now(), last_error = 'no answer' WHERE id = ?`, [bad.id])
  expect(await call(`get ${ONE}`, { id })).toMatchObject({ state: 'failing', last_error: 'bad one: no answer' })
  await call(`patch ${ONE}`, { id: bad.id, body: { name: 'better', enabled: false } })
  expect(await call(`get ${ONE}`, { id })).toMatchObject({
    settings: { receivers: ['good', 'better'] },
    state: 'unused',
    send_resolved: true,
  })
  await expect(call(`delete ${ONE}`, { id: good.id })).rejects.toMatchObject({
    code: 'receiver_in_use',
    message: 'It is one of the receivers of "both". Take it out there before you delete it.',
  })
  await call(`delete ${ONE}`, { id })
  await call(`delete ${ONE}`, { id: good.id })
})

test('with another key a receiver says that its secrets cannot be decrypted, and takes them again', async () => {
  const made = await create('rotated')
  const sealer = new Sealer([randomBytes(32)], tmpdir())
  const shown = await call(`get ${ONE}`, { id: made.id, sealer })
  expect(shown).toMatchObject({ state: 'failing', last_error: expect.stringContaining('SECRETS_KEY') })
  const some = { settings: { secret: 'new' } }
  await expect(call(`patch ${ONE}`, { id: made.id, body: some, sealer })).rejects.toMatchObject({
    code: 'secrets_unreadable',
  })
  const all = { settings: { secret: 'new', bearer_token: null } }
  expect(await call(`patch ${ONE}`, { id: made.id, body: all, sealer })).toMatchObject({ has_secrets: ['secret'] })
  const { db, log } = sender
  const both = new Sealer([Buffer.from(place.key, 'hex'), sealerKey(sealer)], tmpdir())
  await new Receivers({ db, outbound: createOutbound({ allow: [] }), sealer: both, log, version: '1' }).start()
})

/** The key of a sealer, which it shows to nobody else. */
const sealerKey = (sealer: Sealer): Buffer =>
  (sealer as unknown as { keys: { bytes: Buffer }[] }).keys[0]?.bytes ?? Buffer.alloc(0)

test('notifications are listed with their attempts and filters', async () => {
  const { id, name } = await create('listed')
  const sent = noticeOf(sender, { id, name }, newId(), { firing: ['a'] })
  const held = {
    ...noticeOf(sender, { id, name }, newId(), {}),
    status: 'not_sent' as const,
    reason: 'silenced' as const,
  }
  await sender.add(sent, { ...held, by: ['silence-1'], message: null })
  while ((await stored(sender, sent.id)).status === 'pending') await target.gets(1)
  const list = (query: object) => call('get /api/notifications', { query: { ...query } })
  const all = await list({ receiver: name })
  expect(all.items.map((each: { id: string }) => each.id)).toEqual([held.id, sent.id].sort().reverse())
  expect((await list({ receiver: id, sent_only: 'true' })).items).toMatchObject([
    { id: sent.id, key: sent.id, receiver_id: id, attempts: [{ ok: true, status_code: 200 }] },
  ])
  expect((await list({ status: 'not_sent', fingerprint: '0123456789abcdef' })).items).toMatchObject([
    { id: held.id, by: ['silence-1'], key: null },
  ])
  expect((await list({ incident: newId() })).items).toEqual([])
})
