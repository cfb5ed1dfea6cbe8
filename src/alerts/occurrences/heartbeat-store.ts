import { binaryTexts, plainArray } from '../../base/array-literal'
import type { Db } from '../../base/db'
import { idRow, idsOf, manyRows } from '../../base/rows'
import type { OpenAlert } from './open-alert'

/** A repeated alert. */
export interface Beat {
  alert: OpenAlert
  /** Whether its annotations or its URL have changed too. */
  hasNewTexts: boolean
}

/**
 * Stores the times and texts of repeated alerts that are still open, without a new version. Locks the head first like
 * every change, so that rows need no order. No indexed column changes, so these are heap-only updates.
 * @returns the ids of those that were stored
 */
export async function storeBeats(db: Db, tenantId: string, beats: readonly Beat[]): Promise<Set<string>> {
  const stored = await manyRows(
    db,
    idRow,
    `WITH head AS (SELECT tenant_id FROM alert_heads WHERE tenant_id = ? FOR NO KEY UPDATE)
     UPDATE alerts a SET starts_at = to_timestamp(b.starts_at / 1000), ends_at = to_timestamp(b.ends_at / 1000),
       has_given_end = b.has_given_end, annotations = coalesce(b.annotations, a.annotations),
       generator_url = CASE WHEN b.annotations IS NULL THEN a.generator_url ELSE b.generator_url END
     FROM head, unnest(?::uuid[], ?::float8[], ?::float8[], ?::bool[], ?::text[], ?::text[])
       AS b(id, starts_at, ends_at, has_given_end, annotations, generator_url)
     WHERE a.id = b.id AND a.tenant_id = head.tenant_id AND a.resolved_at IS NULL RETURNING a.id`,
    [
      tenantId,
      plainArray(beats.map(({ alert }) => alert.id)),
      plainArray(beats.map(({ alert }) => alert.startsAt)),
      plainArray(beats.map(({ alert }) => alert.endsAt)),
      plainArray(beats.map(({ alert }) => alert.hasGivenEnd)),
      binaryTexts(beats.map(({ alert, hasNewTexts }) => (hasNewTexts ? JSON.stringify(alert.annotations) : null))),
      binaryTexts(beats.map(({ alert }) => alert.generatorUrl)),
    ],
  )
  return new Set(idsOf(stored))
}

/** Which of some alerts were resolved because they were not repeated in time. */
export async function findTimedOut(db: Db, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const found = await manyRows(
    db,
    idRow,
    `SELECT id FROM alerts WHERE id = ANY(?::uuid[]) AND tenant_id = ? AND resolved_by = 'timeout'`,
    [plainArray(ids), tenantId],
  )
  return new Set(idsOf(found))
}
