import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import type { Effect, TopicEntries } from '../../streams'
import type { Attempt } from './notification'
import type { OutcomeItem } from './outcome'
import { nextAttempt } from './retry'
import { addToTimeline } from './timeline-store'

const ATTEMPTS_KEPT = 20

export interface Recorded {
  status: 'sent' | 'failed' | 'pending'
  /** When it is tried again. */
  nextAt: Date | null
  /** Whether the attempt before this one at its receiver failed. */
  hasFailed: boolean
}

/**
 * Stores how an attempt ended: with the notification, its receiver and the timeline of its incident in one commit.
 * The result is null when it had ended before, or another process has taken it over.
 */
export const outcomeEffect: Effect<OutcomeItem, Recorded | null> = {
  // after the dispatch of alerts, whose rows are locked first
  name: 'alerts.notified',
  async apply(trx, items) {
    const order = items
      .map((_, i) => i)
      .sort((a, b) => ((items[a]?.claimed.id ?? '') < (items[b]?.claimed.id ?? '') ? -1 : 1))
    const results: (Recorded | null)[] = items.map(() => null)
    const entries: TopicEntries[][] = items.map(() => [])
    for (const i of order) {
      const item = items[i]
      if (!item) continue
      const status = await record(trx, item)
      if (!status) continue
      results[i] = { ...status, hasFailed: false }
      if (status.status !== 'pending') entries[i] = await addToTimeline(trx, item, status.status)
    }
    for (const i of order) {
      const [item, result] = [items[i], results[i]]
      if (item?.wasTried && result) result.hasFailed = await recordOfReceiver(trx, item)
    }
    return { results, entries }
  },
}

const idRow = z.object({ id: z.string() })

async function record(trx: Transaction, item: OutcomeItem): Promise<Pick<Recorded, 'status' | 'nextAt'> | undefined> {
  const { claimed, endedAt, outcome } = item
  const nextAt = outcome.ok ? null : nextAttempt(claimed, outcome, endedAt)
  const status = outcome.ok ? 'sent' : nextAt ? 'pending' : 'failed'
  const attempts = [...claimed.attempts, attemptOf(item)].slice(-ATTEMPTS_KEPT)
  const stored = await firstRow(
    trx,
    idRow,
    `UPDATE notifications SET status = :status, attempts = CAST(:attempts AS jsonb), next_at = :nextAt,
       claimed_until = NULL, ended_at = :endedAt, message = CASE WHEN :status = 'pending' THEN message END
     WHERE id = :id AND status = 'pending' AND (attempt_count = :attempt OR :status = 'sent') RETURNING id`,
    {
      id: claimed.id,
      attempt: claimed.attempt_count,
      ...{ status, nextAt, attempts: JSON.stringify(attempts) },
      endedAt: status === 'pending' ? null : endedAt,
    },
  )
  return stored && { status, nextAt }
}

function attemptOf({ startedAt, endedAt, outcome }: OutcomeItem): Attempt {
  return {
    at: startedAt.toISOString(),
    duration_ms: Math.max(0, endedAt.getTime() - startedAt.getTime()),
    ok: outcome.ok,
    status_code: outcome.statusCode,
    error: outcome.ok ? null : outcome.error,
  }
}

const receiverRow = z.object({ has_failed: z.boolean() })

/** @returns whether it was failing before */
async function recordOfReceiver(trx: Transaction, { claimed, endedAt, outcome }: OutcomeItem): Promise<boolean> {
  const stored = await firstRow(
    trx,
    receiverRow,
    `UPDATE receivers r SET
       failing_since = CASE WHEN :ok THEN NULL ELSE coalesce(r.failing_since, :at) END,
       is_refusing = NOT :ok AND (r.is_refusing OR :isFinal),
       last_error = CASE WHEN :ok THEN NULL ELSE :error END,
       last_sent_at = CASE WHEN :ok THEN :at ELSE r.last_sent_at END
     FROM (SELECT id, failing_since FROM receivers WHERE tenant_id = :tenantId AND id = :id FOR UPDATE) AS before
     WHERE r.id = before.id RETURNING before.failing_since IS NOT NULL AS has_failed`,
    {
      tenantId: claimed.tenant_id,
      id: claimed.receiver_id,
      ok: outcome.ok,
      at: endedAt,
      error: outcome.ok ? null : outcome.error,
      isFinal: !outcome.ok && outcome.isFinal,
    },
  )
  return stored?.has_failed ?? false
}
