import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { Row } from '../agent'
import { SET_HOST_FIELDS } from './enroll-store'
import { ENROLLMENT_TABLES, hostFieldsOf } from './host-fields'
import { hasLostSchedule } from './vitals'

export interface ReportedVitals {
  tenantId: string
  hostId: string
  /** By table. */
  vitals: Record<string, Row[]>
}

const refreshedHost = z.object({
  id: z.string(),
  refreshed_at: z.date(),
  /** Its name or platform has changed. */
  renamed: z.boolean(),
})

/** Stores the vitals of hosts. Tables that were not reported this time are kept. */
export function storeVitals(trx: Transaction, reported: readonly ReportedVitals[]) {
  const values = reported.map(({ tenantId, hostId, vitals }) => {
    const details = Object.fromEntries(
      ENROLLMENT_TABLES.flatMap(table => {
        const row = vitals[table]?.[0]
        return row ? [[table, row]] : []
      }),
    )
    const lost = hasLostSchedule(vitals)
    return { id: hostId, tenant_id: tenantId, vitals, details, lost, ...hostFieldsOf(details) }
  })
  return manyRows(
    trx,
    refreshedHost,
    `WITH new AS (
       SELECT * FROM jsonb_to_recordset(:values::jsonb) AS new (id uuid, tenant_id uuid, vitals jsonb, details jsonb,
         lost boolean, hostname text, platform text, os_name text, os_version text, osquery_version text, hardware_uuid text,
         hardware_serial text)),
     locked AS (
       SELECT h.id, h.hostname, h.platform FROM hosts h JOIN new ON h.id = new.id AND h.tenant_id = new.tenant_id
       ORDER BY h.id FOR NO KEY UPDATE OF h),
     details AS (
       UPDATE host_details d SET vitals = d.vitals || new.vitals, details = d.details || new.details
       FROM new JOIN locked ON locked.id = new.id WHERE d.host_id = new.id)
     UPDATE hosts h SET ${SET_HOST_FIELDS}, refreshed_at = now(), schedule_lost_at = CASE
       WHEN new.lost IS NULL THEN h.schedule_lost_at WHEN new.lost THEN coalesce(h.schedule_lost_at, now()) END
     FROM new JOIN locked ON locked.id = new.id WHERE h.id = new.id
     RETURNING h.id, h.refreshed_at, (h.hostname, h.platform) <> (locked.hostname, locked.platform) AS renamed`,
    { values: JSON.stringify(values) },
  )
}

/** Whether a host has a label, according to its answer to the label's query. */
export interface Membership {
  tenantId: string
  hostId: string
  labelId: string
  revision: number
  member: boolean
}

const membershipChange = z.object({
  label_id: z.string(),
  name: z.string(),
  host_id: z.string(),
  member: z.boolean(),
})

/**
 * Stores which hosts have which labels. Ignores labels of other tenants, manual labels, and answers to earlier
 * revisions of a query.
 * @returns what has changed
 */
export function storeMemberships(trx: Transaction, memberships: readonly Membership[]) {
  return manyRows(
    trx,
    membershipChange,
    `WITH answered AS (
       SELECT l.id AS label_id, l.name, h.id AS host_id, given.member
       FROM unnest(:labels::uuid[], :revisions::integer[], :hosts::uuid[], :tenants::uuid[], :members::boolean[])
         AS given (label_id, revision, host_id, tenant_id, member)
       JOIN labels l ON l.id = given.label_id AND l.tenant_id = given.tenant_id AND l.sql IS NOT NULL
         AND l.revision = given.revision
       JOIN hosts h ON h.id = given.host_id AND h.tenant_id = given.tenant_id),
     added AS (
       INSERT INTO label_hosts (label_id, host_id) SELECT label_id, host_id FROM answered WHERE member
       ORDER BY label_id, host_id ON CONFLICT DO NOTHING RETURNING label_id, host_id),
     removed AS (
       DELETE FROM label_hosts m USING answered a WHERE NOT a.member AND m.label_id = a.label_id
         AND m.host_id = a.host_id RETURNING m.label_id, m.host_id)
     SELECT a.label_id, a.name, a.host_id, a.member FROM answered a
     JOIN (SELECT * FROM added UNION ALL SELECT * FROM removed) AS changed
       ON changed.label_id = a.label_id AND changed.host_id = a.host_id`,
    {
      labels: memberships.map(({ labelId }) => labelId),
      revisions: memberships.map(({ revision }) => revision),
      hosts: memberships.map(({ hostId }) => hostId),
      tenants: memberships.map(({ tenantId }) => tenantId),
      members: memberships.map(({ member }) => member),
    },
  )
}

/** Records that these hosts have answered the queries of all dynamic labels as of now. */
export const markLabelsChecked = (trx: Transaction, hostIds: string[]) =>
  trx.raw(
    `UPDATE hosts SET labels_checked_at = now() WHERE id IN (
       SELECT id FROM hosts WHERE id = ANY(?::uuid[]) ORDER BY id FOR NO KEY UPDATE)`,
    [hostIds],
  )
