import type { Row } from '../agent'
import { familyOf } from '../platform'
import { storableRow } from './host-fields'

const INTERFACES = 64
const DRIVES = 64
/** Max rows and bytes stored per table. */
const ROWS_MAX = 200
const BYTES_MAX = 64 * 1024

/** SQL by table. Few queries, because an agent runs them one after another. */
const EVERYWHERE: Record<string, string> = {
  os_version: 'select * from os_version',
  system_info: 'select * from system_info',
  osquery_info: 'select * from osquery_info',
  platform_info: 'select * from platform_info',
  osquery_packs: 'select name from osquery_packs limit 1',
  uptime: 'select * from uptime',
  interface_details: `select interface, mac, type, mtu from interface_details limit ${INTERFACES}`,
  interface_addresses: `select interface, address, mask, type from interface_addresses limit ${INTERFACES}`,
}

/**
 * Whether an agent has lost its schedule. Every agent is sent one, which `osquery_packs` lists as the pack "main". An
 * agent without any pack received an empty body from a proxy, or rejected its configuration (`updateSource` in
 * osquery/config/config.cpp clears the previous one first).
 * @returns undefined if it was not reported
 */
export const hasLostSchedule = ({ osquery_packs: packs }: Record<string, Row[]>) => packs && packs.length === 0

const MOUNTS = {
  mounts: `select device, path, type, blocks_size, blocks, blocks_available from mounts where blocks > 0 limit ${DRIVES}`,
}
const LOGICAL_DRIVES = {
  logical_drives: `select device_id, description, file_system, size, free_space from logical_drives limit ${DRIVES}`,
}
/** FreeBSD has no platform_info; a query on a missing table would fail every time. */
const { platform_info: _, ...ON_FREEBSD } = EVERYWHERE

/** SQL by table. */
export function vitalsFor(platform: string): Record<string, string> {
  const family = familyOf(platform)
  if (family === 'windows') return { ...EVERYWHERE, ...LOGICAL_DRIVES }
  return { ...(family === 'freebsd' ? ON_FREEBSD : EVERYWHERE), ...MOUNTS }
}

const ALL = { ...EVERYWHERE, ...MOUNTS, ...LOGICAL_DRIVES }

/** Whether it is a table of the vitals. */
export const isVital = (table: string) => Object.hasOwn(ALL, table)

/** The rows of one table, bounded for storage. */
export function vitalRows(rows: readonly Row[]): Row[] {
  const kept: Row[] = []
  let bytes = 0
  for (const row of rows.slice(0, ROWS_MAX)) {
    const clean = storableRow(row)
    bytes += JSON.stringify(clean).length
    if (bytes > BYTES_MAX) break
    kept.push(clean)
  }
  return kept
}
