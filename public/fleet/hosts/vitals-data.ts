import type { HostWithDetails } from '../../../src/contract/hosts'
import type { Row } from '../../../src/contract/queries'

/** The fields of a host that contain its vitals. */
export type Reported = Pick<HostWithDetails, 'details' | 'vitals'>

/** The rows of the first of these tables that the host has reported, as vitals or at enrollment. */
function rowsOf({ details, vitals }: Reported, ...tables: string[]): Row[] {
  for (const table of tables) {
    const rows = vitals[table]
    if (rows && rows.length > 0) return rows
    const row = details[table]
    if (row) return [row]
  }
  return []
}

/** Parses a number that osquery reports as text; null if there is none. */
function countOf(text: string | undefined): number | null {
  const count = Number(text)
  return text === undefined || text === '' || !Number.isFinite(count) || count < 0 ? null : count
}

export interface Cpu {
  brand: string
  cores: number | null
  threads: number | null
}

export function cpuOf(host: Reported): Cpu | null {
  const [row] = rowsOf(host, 'system_info')
  if (!row?.cpu_brand && !row?.cpu_logical_cores) return null
  return {
    brand: (row.cpu_brand ?? '').replaceAll('\0', '').trim(),
    cores: countOf(row.cpu_physical_cores),
    threads: countOf(row.cpu_logical_cores),
  }
}

/** The size and usage of memory or a disk, in bytes; null if unknown. */
export interface Usage {
  name: string
  size: number
  used: number | null
}

export function memoryOf(host: Reported): Usage | null {
  const [info] = rowsOf(host, 'memory_info')
  const [system] = rowsOf(host, 'system_info')
  const size = countOf(info?.memory_total) ?? countOf(system?.physical_memory)
  if (size === null || size === 0) return null
  const free = countOf(info?.memory_available) ?? freeOf(info)
  return { name: 'Memory', size, used: free === null ? null : Math.max(0, size - free) }
}

/** Available memory on Linux, for agents that do not report it. */
function freeOf(info: Row | undefined) {
  const free = countOf(info?.memory_free)
  if (free === null) return null
  return free + (countOf(info?.buffers) ?? 0) + (countOf(info?.cached) ?? 0)
}

/** The uptime in ms when the vitals were reported. */
export function uptimeMsOf(host: Reported): number | null {
  const [row] = rowsOf(host, 'uptime')
  if (!row) return null
  const total = countOf(row.total_seconds)
  if (total !== null) return total * 1_000
  const parts = [row.days, row.hours, row.minutes, row.seconds].map(part => countOf(part) ?? 0)
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
}

/** The file systems on disks, largest first. */
export function disksOf(host: Reported): Usage[] {
  const rows = rowsOf(host, 'mounts', 'disk_space', 'logical_drives')
  const found = new Map<string, Usage>()
  for (const row of rows) {
    const disk = diskOf(row)
    const device = row.device ?? row.device_id ?? ''
    // A disk may be mounted several times; the shortest path is shown.
    if (disk && disk.name.length < (found.get(device)?.name.length ?? Number.POSITIVE_INFINITY)) found.set(device, disk)
  }
  return [...found.values()].sort((a, b) => b.size - a.size)
}

/** File systems that are in memory, or in a file on another disk. */
const VIRTUAL_FILE_SYSTEMS = new Set([
  'tmpfs',
  'devtmpfs',
  'overlay',
  'squashfs',
  'efivarfs',
  'devfs',
  'autofs',
  'nullfs',
  'proc',
])

function diskOf(row: Row): Usage | null {
  if (VIRTUAL_FILE_SYSTEMS.has(row.type ?? '')) return null
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

/** The addresses of each interface, without loopback and link-local ones. */
export function addressesOf(host: Reported): Addresses[] {
  const found = new Map<string, string[]>()
  for (const { interface: name = '', address = '' } of rowsOf(host, 'interface_addresses')) {
    if (address === '' || isLocal(address)) continue
    found.set(name, [...(found.get(name) ?? []), address])
  }
  return [...found].map(([name, addresses]) => ({ interface: name, addresses }))
}

/** Loopback or link-local. */
const isLocal = (address: string) => /^(127\.|::1$|fe80:|169\.254\.)/i.test(address)
