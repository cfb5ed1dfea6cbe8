import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { type NewNotification, Notifications, notify } from '../../src/alerts/notifications'
import { buildMessage, Receivers } from '../../src/alerts/receivers'
import { checkSettings } from '../../src/alerts/receivers/settings'
import { sealSecrets } from '../../src/alerts/receivers/stored-receiver'
import { newId } from '../../src/base/ids'
import { startParts } from '../../src/base/lifecycle'
import { createOutbound, type Outbound } from '../../src/base/outbound'
import { Sealer } from '../../src/base/sealed'
import { handle } from '../../src/jobs'
import { createPlace, type Place, startNode } from '../jobs/node'
import { rows } from '../support/rows'

export interface SendingPlace extends Place {
  /** In hex. */
  key: string
}

interface Options {
  works?: boolean
  outbound?: Outbound
  lockMs?: number
}

/** A process that sends notifications. */
export async function startSender(place: SendingPlace, { works = true, outbound, lockMs = 10_000 }: Options = {}) {
  const held: { notifications?: Notifications } = {}
  const handler = handle(notify, (run, input) => {
    if (!held.notifications) throw new Error('not ready')
    return held.notifications.deliver(run, input)
  })
  const node = await startNode(place, { handlers: [handler], works, reconcileMs: 300, lockMs })
  const { db, streams, jobs, metrics, log } = node
  const sealer = new Sealer([Buffer.from(place.key, 'hex')], tmpdir())
  const guard = outbound ?? createOutbound({ allow: ['private'] })
  const receivers = new Receivers({ db, outbound: guard, sealer, log, version: '1.2.3' })
  const publicUrl = 'https://tailrace.example'
  const recovered: string[] = []
  const onRecovered = async ({ id }: { id: string }) => void recovered.push(id)
  const notifications = new Notifications({ db, streams, jobs, receivers, metrics, log, publicUrl, onRecovered })
  held.notifications = notifications
  const stopParts = await startParts([...notifications.parts])
  const effect = {
    name: 'test.add',
    async apply(trx: Parameters<typeof notifications.add>[0], items: NewNotification[][]) {
      const entries = []
      for (const list of items) entries.push(await notifications.add(trx, list))
      return { results: items.map(() => undefined), entries }
    },
  }
  return {
    ...node,
    receivers,
    sealer,
    notifications,
    recovered,
    add: (...list: NewNotification[]) => streams.commit(effect, list),
    stop: async () => {
      await stopParts()
      await node.stop()
    },
  }
}

export type Sender = Awaited<ReturnType<typeof startSender>>

/** A database with a tenant; processes started on it are stopped together. */
export async function createSending(parts?: { databaseUrl: string; redisUrl: string }) {
  const { databaseUrl, redisUrl, prefix, tenantId, stop } = await createPlace(parts)
  const place: SendingPlace = { databaseUrl, redisUrl, prefix, tenantId, key: randomBytes(32).toString('hex') }
  const senders: Sender[] = []
  return {
    ...place,
    place,
    async start(options: Options = {}) {
      const sender = await startSender(place, options)
      senders.push(sender)
      await sender.db.raw('INSERT INTO tenants (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING', [tenantId, tenantId])
      return sender
    },
    async stop() {
      await Promise.all(senders.map(sender => sender.stop()))
      await stop()
    },
  }
}

/** Stores a receiver, without the API. */
export async function addReceiver(
  { db, sealer, by }: Sender,
  type: 'webhook' | 'email' | 'slack',
  given: Record<string, unknown>,
): Promise<{ id: string; name: string }> {
  const id = newId()
  const name = `${type} ${id}`
  const { plain, secrets } = checkSettings(type, given)
  await db.raw(
    `INSERT INTO receivers (id, tenant_id, name, type, settings, secrets, secret_names, send_resolved)
     VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, true)`,
    [id, by.tenantId, name, type, JSON.stringify(plain), sealSecrets(sealer, id, secrets), Object.keys(secrets)],
  )
  return { id, name }
}

interface About {
  firing?: string[]
  resolved?: string[]
  reason?: NewNotification['reason']
  incidentId?: string
}

/** A notification about alerts of a group. */
export function noticeOf(
  { by }: Sender,
  receiver: { id: string; name: string },
  groupId: string,
  { firing = [], resolved = [], reason = 'first', incidentId }: About,
): NewNotification {
  const now = Date.now()
  const alerts = [...firing, ...resolved].map(name => ({
    labels: { alertname: 'Test', name },
    annotations: { summary: `${name} is <b>broken</b> & *loud*` },
    startsAt: now - 60_000,
    resolvedAt: resolved.includes(name) ? now : null,
    generatorUrl: null,
    fingerprint: '0123456789abcdef',
  }))
  const content = { receiver: receiver.name, groupKey: `{}:{g="${groupId}"}`, groupLabels: { alertname: 'Test' } }
  return {
    id: newId(),
    tenantId: by.tenantId,
    groupId,
    incidentId: incidentId ?? null,
    receiver,
    status: 'pending',
    reason,
    by: [],
    firing: firing.length,
    resolved: resolved.length,
    groupLabels: content.groupLabels,
    fingerprints: ['0123456789abcdef'],
    message: buildMessage({ ...content, alerts, externalUrl: 'https://tailrace.example', reason }),
    createdAt: new Date(now),
  }
}

export interface StoredNotification {
  id: string
  status: string
  reason: string
  key: string
  attempts: { ok: boolean; status_code: number | null; error: string | null }[]
  attempt_count: number
  next_at: Date | null
  message: string | null
  ended_at: Date | null
}

export async function stored({ db }: Sender, id: string): Promise<StoredNotification> {
  const [row] = await rows<StoredNotification>(db, 'SELECT * FROM notifications WHERE id = ?', [id])
  if (!row) throw new Error(`There is no notification ${id}`)
  return row
}
