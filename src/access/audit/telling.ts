import type { Db, Transaction } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { takeUntold, type UntoldRow, untoldRows } from './store'

/** An event of a tenant, as the writer of streams takes it. */
interface TenantEvents {
  topic: { tenantId: string; name: string }
  entries: { kind: string; source: string; data: unknown }[]
}

/** Appends what an effect yields in the effect's own transaction; the writer of streams does. */
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

const MEND_MS = 30_000
const MENDED_MAX = 500

export interface Telling {
  /** Tells of a row that is committed. */
  tell(row: AuditRef): void
  start(): void
  stop(): void
  /** Tells of rows whose process ended before it could. */
  mend(): Promise<void>
}

/**
 * Makes every audit row a tenant event `audit`, once: a change and its row are one transaction, the event and the mark
 * `told` are another, and rows that stay without are looked for.
 */
export function createTelling({ db, log, events }: { db: Db; log: Log; events: EventWriter }): Telling {
  let timer: NodeJS.Timeout | undefined
  const warn = (error: unknown) => log.warn('Events of the audit log are late', { error: messageOf(error) })
  const tell = (row: AuditRef) => void events.commit(effect, row).catch(warn)
  const mend = async () => {
    for (const { tenant_id, id } of await untoldRows(db, MEND_MS, MENDED_MAX)) tell({ tenantId: tenant_id, id })
  }
  return {
    tell,
    mend,
    start() {
      timer = setInterval(() => void mend().catch(warn), MEND_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}

const effect = {
  name: 'audit',
  async apply(trx: Transaction, items: AuditRef[]) {
    const untold = new Map((await takeUntold(trx, items)).map(row => [row.id, row]))
    const entries = items.map(({ id }) => {
      const row = untold.get(id)
      untold.delete(id) // the same row may have been told of twice
      return row ? [eventOf(row)] : []
    })
    return { results: items.map(() => undefined), entries }
  },
}

/** For whoever may read the log; its reasons and further facts stay there. */
const eventOf = (row: UntoldRow): TenantEvents => ({
  topic: { tenantId: row.tenant_id, name: 'events' },
  entries: [
    {
      kind: 'audit',
      source: 'access',
      data: {
        labels: { action: row.action },
        data: {
          audit_id: row.id,
          at: row.at,
          actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
          action: row.action,
          target: row.target_type && row.target_id ? { type: row.target_type, id: row.target_id } : null,
          result: row.result,
        },
      },
    },
  ],
})
