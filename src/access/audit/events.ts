import type { Db, Transaction } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import type { AuditEvent } from '../../contract/audit'
import { actorOf, takeUnpublished, targetOf, type UnpublishedRow, unpublishedRows } from './store'

/** Events of a tenant, in the form that the streams writer takes. */
export interface TenantEvents {
  topic: { tenantId: string; name: string }
  entries: { kind: string; source: string; data: { labels: Record<string, string>; data: AuditEvent } }[]
}

/** The streams writer: appends the entries of an effect in the effect's own transaction. */
export interface EventWriter {
  commit<Item, Result>(
    effect: {
      name: string
      apply(trx: Transaction, items: Item[]): Promise<{ results: Result[]; entries: TenantEvents[][] }>
    },
    item: Item,
  ): Promise<Result>
}

export interface AuditRef {
  tenantId: string
  id: string
}

const RETRY_MS = 30_000
const RETRIED_MAX = 500

export interface AuditEvents {
  /** Publishes the event of a committed row. */
  publish(row: AuditRef): void
  start(): void
  stop(): void
  /** Publishes the events of rows whose process ended before it could. */
  publishMissed(): Promise<void>
}

/**
 * Publishes every audit row once, as the tenant event `audit` (a transactional outbox). A change commits its row; a
 * second transaction appends the event and sets `told`. A sweep publishes rows without it.
 */
export function createAuditEvents({ db, log, events }: { db: Db; log: Log; events: EventWriter }): AuditEvents {
  let timer: NodeJS.Timeout | undefined
  const warn = (error: unknown) => log.warn('Audit events are delayed', { error: messageOf(error) })
  const publish = (row: AuditRef) => void events.commit(effect, row).catch(warn)
  const publishMissed = async () => {
    for (const { tenant_id, id } of await unpublishedRows(db, RETRY_MS, RETRIED_MAX))
      publish({ tenantId: tenant_id, id })
  }
  return {
    publish,
    publishMissed,
    start() {
      timer = setInterval(() => void publishMissed().catch(warn), RETRY_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

const effect = {
  name: 'audit',
  async apply(trx: Transaction, items: AuditRef[]) {
    const unpublished = new Map((await takeUnpublished(trx, items)).map(row => [row.id, row]))
    const entries = items.map(({ id }) => {
      const row = unpublished.get(id)
      unpublished.delete(id) // the items may contain the same row twice
      return row ? [eventOf(row)] : []
    })
    return { results: items.map(() => undefined), entries }
  },
}

/** The event of a row, without its reason and data. */
export const eventOf = (row: UnpublishedRow): TenantEvents => ({
  topic: { tenantId: row.tenant_id, name: 'events' },
  entries: [
    {
      kind: 'audit',
      source: 'access',
      data: {
        labels: { action: row.action },
        data: {
          audit_id: row.id,
          at: row.at.toISOString(),
          actor: actorOf(row),
          action: row.action,
          target: targetOf(row),
          result: row.result,
        },
      },
    },
  ],
})
