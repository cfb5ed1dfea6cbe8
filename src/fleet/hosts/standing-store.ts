import { rows, type Transaction } from '../../base/db'
import type { Row } from '../agent'
import { FACTS_SET } from './enroll-store'
import { ENROLLMENT_TABLES, factsOf } from './facts'
import { hasLostSchedule } from './vitals'

export interface Refreshed {
  tenantId: string
  hostId: string
  /** By table. */
  vitals: Record<string, Row[]>
}

export interface RefreshedHost {
  id: string
  refreshed_at: Date
  /** Its name or platform is another one now. */
  renamed: boolean
}

/** Stores what hosts say of themselves; what they did not say this time stays as it was. */
export function storeVitals(trx: Transaction, refreshed: readonly Refreshed[]): Promise<RefreshedHost[]> {
  const values = refreshed.map(({ tenantId, hostId, vitals }) => {
    const details = Object.fromEntries(
      ENROLLMENT_TABLES.flatMap(table => {
        const row = vitals[table]?.[0]
        return row ? [[table, row]] : []
      }),
    )
    const lost = hasLostSchedule(vitals)
    return { id: hostId, tenant_id: tenantId, vitals, details, lost, ...factsOf(details) }
  })
  return rows<RefreshedHost>(
    trx,
    `WITH new AS (
       SELECT * FROM jsonb_to_recordset(:values::jsonb) AS new (id uuid, tenant_id uuid, vitals jsonb, details jsonb,
         lost boolean, hostname text, platform text, os_name text, os_version text, osquery_version text, hardware_uuid text,
         hardware_serial text)),
     held AS (
       SELECT h.id, h.hostname, h.platform FROM hosts h JOIN new ON h.id = new.id AND h.tenant_id = new.tenant_id
       ORDER BY h.id FOR NO KEY UPDATE OF h),
     details AS (
       UPDATE host_details d SET vitals = d.vitals || new.vitals, details = d.details || new.details
       FROM new JOIN held ON held.id = new.id WHERE d.host_id = new.id)
     UPDATE hosts h SET ${FACTS_SET}, refreshed_at = now(), schedule_lost_at = CASE
       WHEN new.lost IS NULL THEN h.schedule_lost_at WHEN new.lost THEN coalesce(h.schedule_lost_at, now()) END
     FROM new JOIN held ON held.id = new.id WHERE h.id = new.id
     RETURNING h.id, h.refreshed_at, (h.hostname, h.platform) <> (held.hostname, held.platform) AS renamed`,
    { values: JSON.stringify(values) },
  )
}

/** What a query of a label says of a host. */
export interface Verdict {
  tenantId: string
  hostId: string
  labelId: string
  revision: number
  member: boolean
}

export interface MembershipChange {
  label_id: string
  name: string
  host_id: string
  member: boolean
}

/** Verdicts on labels of another tenant, on manual ones, and of queries that were changed since, decide nothing. */
export function storeVerdicts(trx: Transaction, verdicts: readonly Verdict[]): Promise<MembershipChange[]> {
  return rows<MembershipChange>(
    trx,
    `WITH said AS (
       SELECT l.id AS label_id, l.name, h.id AS host_id, said.member
       FROM unnest(:labels::uuid[], :revisions::integer[], :hosts::uuid[], :tenants::uuid[], :members::boolean[])
         AS said (label_id, revision, host_id, tenant_id, member)
       JOIN labels l ON l.id = said.label_id AND l.tenant_id = said.tenant_id AND l.sql IS NOT NULL
         AND l.revision = said.revision
       JOIN hosts h ON h.id = said.host_id AND h.tenant_id = said.tenant_id),
     joined AS (
       INSERT INTO label_hosts (label_id, host_id) SELECT label_id, host_id FROM said WHERE member
       ORDER BY label_id, host_id ON CONFLICT DO NOTHING RETURNING label_id, host_id),
     parted AS (
       DELETE FROM label_hosts m USING said WHERE NOT said.member AND m.label_id = said.label_id
         AND m.host_id = said.host_id RETURNING m.label_id, m.host_id)
     SELECT said.label_id, said.name, said.host_id, said.member FROM said
     JOIN (SELECT * FROM joined UNION ALL SELECT * FROM parted) AS changed
       ON changed.label_id = said.label_id AND changed.host_id = said.host_id`,
    {
      labels: verdicts.map(({ labelId }) => labelId),
      revisions: verdicts.map(({ revision }) => revision),
      hosts: verdicts.map(({ hostId }) => hostId),
      tenants: verdicts.map(({ tenantId }) => tenantId),
      members: verdicts.map(({ member }) => member),
    },
  )
}

/** Every dynamic label that was revised before is decided for these hosts. */
export const markChecked = (trx: Transaction, hostIds: string[]) =>
  trx.raw(
    `UPDATE hosts SET labels_checked_at = now() WHERE id IN (
       SELECT id FROM hosts WHERE id = ANY(?::uuid[]) ORDER BY id FOR NO KEY UPDATE)`,
    [hostIds],
  )
