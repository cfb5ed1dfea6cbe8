import { rows, type Transaction } from '../../base/db'
import type { Row } from '../agent'
import type { Facts } from './facts'
import type { HostStatus } from './host'
import type { Identity } from './identity'

/** A name in a tenant. */
export interface Name {
  tenantId: string
  hostIdentifier: string
}

export const nameKey = ({ tenantId, hostIdentifier }: Name) => `${tenantId}/${hostIdentifier}`

export interface HeldHost extends Name {
  id: string
  identity: Identity
  status: HostStatus
  keyHash: string
}

interface StoredHost {
  id: string
  tenant_id: string
  host_identifier: string
  instance_id: string
  earlier_instances: Record<string, string>
  cloned_at: Date | null
  status: HostStatus
  node_key_hash: string
}

/** The hosts of these names, held until the end of the transaction. */
export async function holdHosts(trx: Transaction, names: readonly Name[]): Promise<HeldHost[]> {
  const found = await rows<StoredHost>(
    trx,
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

/** Makes hosts whose names are free. @returns the ids of those that were made */
export async function insertHosts(
  trx: Transaction,
  hosts: readonly (Name & { id: string; keyHash: string; instanceId: string })[],
): Promise<Set<string>> {
  const inserted = await rows<{ id: string }>(
    trx,
    `WITH made AS (
       INSERT INTO hosts (id, tenant_id, host_identifier, node_key_hash, instance_id)
       SELECT * FROM unnest(:ids::uuid[], :tenantIds::uuid[], :names::text[], :keyHashes::text[], :instanceIds::text[])
         AS made (id, tenant_id, host_identifier, node_key_hash, instance_id)
       ORDER BY tenant_id, host_identifier
       ON CONFLICT (tenant_id, host_identifier) DO NOTHING RETURNING id),
     details AS (INSERT INTO host_details (host_id) SELECT id FROM made)
     SELECT id FROM made`,
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

/** A host as it stands after the enrolments of a flush. */
export interface EnrolledHost {
  id: string
  identity: Identity
  facts: Facts
  details: Record<string, Row>
  keyHash: string
  /** Good for some minutes more; null when the key before is to die at once. */
  previousKeyHash: string | null
}

/** Stores enrolments; what an agent did not say this time stays as it was. */
export async function updateEnrolled(trx: Transaction, hosts: readonly EnrolledHost[], graceMs: number): Promise<void> {
  const values = hosts.map(({ id, identity, facts, details, keyHash, previousKeyHash }) => ({
    id,
    instance_id: identity.instanceId,
    earlier_instances: identity.earlier,
    cloned_at: identity.clonedAt,
    node_key_hash: keyHash,
    previous_key_hash: previousKeyHash,
    details,
    ...facts,
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
       ${FACTS_SET}, status = 'online', last_enrolled_at = now(), last_seen_at = now(),
       refresh_wanted_at = now()
     FROM new WHERE h.id = new.id`,
    { values: JSON.stringify(values), graceMs },
  )
}

/** Takes from `new` what it says. */
export const FACTS_SET = [
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

/** Hosts whose name turned out to be used by several agents at once. */
export const markCloned = (trx: Transaction, ids: string[]) =>
  trx.raw('UPDATE hosts SET cloned_at = now() WHERE id = ANY(?::uuid[]) AND cloned_at IS NULL', [ids])
