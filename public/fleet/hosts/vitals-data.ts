import type { Row } from '../../../src/contract/queries'
import type { HostDetails } from './host'

/** The part of a host that its vitals are read from. */
export type Told = Pick<HostDetails, 'details' | 'vitals'>

/** Rows of the first of these tables that has been told, whether at enrolment or by the detail query. */
function rowsOf({ details, vitals }: Told, ...tables: string[]): Row[] {
  for (const table of tables) {
    const rows = vitals[table]
    if (rows && rows.length > 0) return rows
    const row = details[table]
    if (row) return [row]
  }
  return []
}

/** A count that osquery tells as a text; null when it tells none. */
function countOf(text: string | undefined): number | null {
  const count = Number(text)
  return text === undefined || text === '' || !Number.isFinite(count) || count < 0 ? null : count
}

export interface Cpu {
  brand: string
  cores: number | null
  threads: number | null
}

export function cpuOf(told: Told): Cpu | null {
  const [row] = rowsOf(told, 'system_info')
  if (!row?.cpu_brand && !row?.cpu_logical_cores) return null
  return {
    brand: (row.cpu_brand ?? '').replaceAll('\0', '').trim(),
    cores: countOf(row.cpu_physical_cores),
    threads: countOf(row.cpu_logical_cores),
  }
}

/** Something with a size, of which some is taken, in bytes; null is not known. */
export interface Filled {
  name: string
  size: number
  used: number | null
}

export function memoryOf(told: Told): Filled | null {
  const [info] = rowsOf(told, 'memory_info')
  const [system] = rowsOf(told, 'system_info')
  const size = countOf(info?.memory_total) ?? countOf(system?.physical_memory)
  if (size === null || size === 0) return null
  const free = countOf(info?.memory_available) ?? freeOf(info)
  return { name: 'Memory', size, used: free === null ? null : Math.max(0, size - free) }
}

/** What Linux would give away at once, where the agent does not tell it itself. */
function freeOf(info: Row | undefined) {
  const free = countOf(info?.memory_free)
  if (free === null) return null
  return free + (countOf(info?.buffers) ?? 0) + (countOf(info?.cached) ?? 0)
}

/** How long it has been running, in ms, at the time of the detail query. */
export function uptimeMsOf(told: Told): number | null {
  const [row] = rowsOf(told, 'uptime')
  if (!row) return null
  const total = countOf(row.total_seconds)
  if (total !== null) return total * 1_000
  const parts = [row.days, row.hours, row.minutes, row.seconds].map(part => countOf(part) ?? 0)
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
}

/** Its file systems, largest first; what is not on a disk (`proc`, `tmpfs`) is left out. */
export function disksOf(told: Told): Filled[] {
  const rows = rowsOf(told, 'mounts', 'disk_space', 'logical_drives')
  const found = new Map<string, Filled>()
  for (const row of rows) {
    const disk = diskOf(row)
    const device = row.device ?? row.device_id ?? ''
    // The same disk may be mounted in many places: its shortest name is the one it is known by.
    if (disk && disk.name.length < (found.get(device)?.name.length ?? Number.POSITIVE_INFINITY)) found.set(device, disk)
  }
  return [...found.values()].sort((a, b) => b.size - a.size)
}

/** What is made of memory, or of a file on another disk. */
const UNREAL = new Set(['tmpfs', 'devtmpfs', 'overlay', 'squashfs', 'efivarfs', 'devfs', 'autofs', 'nullfs', 'proc'])

function diskOf(row: Row): Filled | null {
  if (UNREAL.has(row.type ?? '')) return null
  const block = countOf(row.blocks_size) ?? 1
  const size = countOf(row.size) ?? (countOf(row.blocks) ?? 0) * block
  const free = countOf(row.free_space) ?? scaled(countOf(row.blocks_available) ?? countOf(row.blocks_free), block)
  const name = row.path ?? row.device_id ?? row.device ?? ''
  if (size === 0 || name === '') return null
  return { name, size, used: free === null ? null : Math.max(0, size - free) }
}

const scaled = (count: number | null, by: number) => (count === null ? null : count * by)

export interface Addresses {
  interface: string
  addresses: string[]
}

/** Its addresses by interface, without those that lead nowhere but to itself. */
export function addressesOf(told: Told): Addresses[] {
  const found = new Map<string, string[]>()
  for (const { interface: name = '', address = '' } of rowsOf(told, 'interface_addresses')) {
    if (address === '' || isOwn(address)) continue
    found.set(name, [...(found.get(name) ?? []), address])
  }
  return [...found].map(([name, addresses]) => ({ interface: name, addresses }))
}

/** Loopback, and what holds on one cable only. */
const isOwn = (address: string) => /^(127\.|::1$|fe80:|169\.254\.)/i.test(address)
