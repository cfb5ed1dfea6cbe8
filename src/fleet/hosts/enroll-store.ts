import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type HostStatus, hostStatus } from '../../contract/hosts'
import type { Row } from '../agent'
import type { HostFields } from './host-fields'
import type { Identity } from './identity'

/** The name of a host, unique within its tenant. */
export interface Name {
  tenantId: string
  hostIdentifier: string
}

export const nameKey = ({ tenantId, hostIdentifier }: Name) => `${tenantId}/${hostIdentifier}`

export interface LockedHost extends Name {
  id: string
  identity: Identity
  status: HostStatus
  keyHash: string
}

const lockedRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  host_identifier: z.string(),
  instance_id: z.string(),
  earlier_instances: z.record(z.string(), z.string()),
  cloned_at: z.date().nullable(),
  status: hostStatus,
  node_key_hash: z.string(),
})

/** Reads the hosts with these names and locks them until the end of the transaction. */
export async function lockHosts(trx: Transaction, names: readonly Name[]): Promise<LockedHost[]> {
  const found = await manyRows(
    trx,
    lockedRow,
    `SELECT id, tenant_id, host_identifier, instance_id, earlier_instances, cloned_at, status, node_key_hash FROM hosts
     WHERE (tenant_id, host_identifier) IN (SELECT * FROM unnest(:tenantIds::uuid[], :names::text[]))
     ORDER BY id FOR UPDATE`,
    namesAsArrays(names),
  )
  return found.map(row => ({
    id: row.id,
    tenantId: row.tenant_id,
    hostIdentifier: row.host_identifier,
    identity: { instanceId: row.instance_id, earlier: row.earlier_instances, clonedAt: row.cloned_at },
    status: row.status,
    keyHash: row.node_key_hash,
  }))
}

/** Inserts the hosts whose names are free. @returns their ids */
export async function insertHosts(
  trx: Transaction,
  hosts: readonly (Name & { id: string; keyHash: string; instanceId: string })[],
): Promise<Set<string>> {
  const inserted = await manyRows(
    trx,
    z.object({ id: z.string() }),
    `WITH inserted AS (
       INSERT INTO hosts (id, tenant_id, host_identifier, node_key_hash, instance_id)
       SELECT * FROM unnest(:ids::uuid[], :tenantIds::uuid[], :names::text[], :keyHashes::text[], :instanceIds::text[])
         AS given (id, tenant_id, host_identifier, node_key_hash, instance_id)
       ORDER BY tenant_id, host_identifier
       ON CONFLICT (tenant_id, host_identifier) DO NOTHING RETURNING id),
     details AS (INSERT INTO host_details (host_id) SELECT id FROM inserted)
     SELECT id FROM inserted`,
    {
      ids: hosts.map(host => host.id),
      keyHashes: hosts.map(host => host.keyHash),
      instanceIds: hosts.map(host => host.instanceId),
      ...namesAsArrays(hosts),
    },
  )
  return new Set(inserted.map(({ id }) => id))
}

const namesAsArrays = (names: readonly Name[]) => ({
  tenantIds: names.map(({ tenantId }) => tenantId),
  names: names.map(({ hostIdentifier }) => hostIdentifier),
})

/** A host after the enrollments of a flush. */
export interface EnrolledHost {
  id: string
  identity: Identity
  fields: HostFields
  details: Record<string, Row>
  keyHash: string
  /** Stays valid for some minutes; null if the previous key is invalid from now on. */
  previousKeyHash: string | null
}

/** Stores enrollments. Fields that an agent did not report this time are kept. */
export async function updateEnrolled(trx: Transaction, hosts: readonly EnrolledHost[], graceMs: number): Promise<void> {
  const values = hosts.map(({ id, identity, fields, details, keyHash, previousKeyHash }) => ({
    id,
    instance_id: identity.instanceId,
    earlier_instances: identity.earlier,
    cloned_at: identity.clonedAt,
    node_key_hash: keyHash,
    previous_key_hash: previousKeyHash,
    details,
    ...fields,
  }))
  await trx.raw(
    `WITH new AS (
       SELECT * FROM jsonb_to_recordset(:values::jsonb) AS new (id uuid, instance_id text, earlier_instances jsonb,
         cloned_at timestamptz, node_key_hash text, previous_key_hash text, details jsonb, hostname text, platform text,
         os_name text, os_version text, osquery_version text, hardware_uuid text, hardware_serial text)),
     details AS (
       UPDATE host_details d SET details = d.details || new.details FROM new WHERE d.host_id = new.id)
     UPDATE hosts h SET instance_id = new.instance_id, earlier_instances = new.earlier_instances,
       cloned_at = new.cloned_at, node_key_hash = new.node_key_hash, previous_key_hash = new.previous_key_hash,
       previous_key_until = CASE WHEN new.previous_key_hash IS NOT NULL THEN now() + :graceMs * interval '1 ms' END,
       ${SET_HOST_FIELDS}, status = 'online', last_enrolled_at = now(), last_seen_at = now(),
       refresh_wanted_at = now()
     FROM new WHERE h.id = new.id`,
    { values: JSON.stringify(values), graceMs },
  )
}

/** Sets each field that is not empty in `new`. */
export const SET_HOST_FIELDS = [
  'hostname',
  'platform',
  'os_name',
  'os_version',
  'osquery_version',
  'hardware_uuid',
  'hardware_serial',
]
  .map(column => `${column} = coalesce(nullif(new.${column}, ''), h.${column})`)
  .join(', ')

/** Marks hosts whose name is used by several machines. */
export const markCloned = (trx: Transaction, ids: string[]) =>
  trx.raw('UPDATE hosts SET cloned_at = now() WHERE id = ANY(?::uuid[]) AND cloned_at IS NULL', [ids])
