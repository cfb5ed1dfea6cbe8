import type { Row } from '../agent'
import { storableRow } from './facts'
import { familyOf } from './platform'

const INTERFACES = 64
const DRIVES = 64
/** What we keep of what an agent says of one table. */
const ROWS_MAX = 200
const BYTES_MAX = 64 * 1024

/** What hosts are asked about themselves: few queries, because an agent runs them one after the other. */
const EVERYWHERE: Record<string, string> = {
  os_version: 'SELECT * FROM os_version',
  system_info: 'SELECT * FROM system_info',
  osquery_info: 'SELECT * FROM osquery_info',
  platform_info: 'SELECT * FROM platform_info',
  uptime: 'SELECT * FROM uptime',
  interface_details: `SELECT interface, mac, type, mtu FROM interface_details LIMIT ${INTERFACES}`,
  interface_addresses: `SELECT interface, address, mask, type FROM interface_addresses LIMIT ${INTERFACES}`,
}
const MOUNTS = {
  mounts: `SELECT device, path, type, blocks_size, blocks, blocks_available FROM mounts WHERE blocks > 0 LIMIT ${DRIVES}`,
}
const LOGICAL_DRIVES = {
  logical_drives: `SELECT device_id, description, file_system, size, free_space FROM logical_drives LIMIT ${DRIVES}`,
}
/** platform_info is not there on FreeBSD; a query on a missing table would fail every time. */
const { platform_info: _, ...ON_FREEBSD } = EVERYWHERE

/** SQL by table. */
export function vitalsFor(platform: string): Record<string, string> {
  const family = familyOf(platform)
  if (family === 'windows') return { ...EVERYWHERE, ...LOGICAL_DRIVES }
  return { ...(family === 'freebsd' ? ON_FREEBSD : EVERYWHERE), ...MOUNTS }
}

const ALL = { ...EVERYWHERE, ...MOUNTS, ...LOGICAL_DRIVES }

/** Whether it is a table that we ask for. */
export const isVital = (table: string) => Object.hasOwn(ALL, table)

/** The rows of one table as they are stored. */
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
