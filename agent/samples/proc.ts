/** Reading the text of /proc (proc(5)). Undefined: it is not there. */

/** In ticks. Guests are already counted as user time. */
export function cpuOf(stat: string) {
  const fields = /^cpu\s+(.*)$/m.exec(stat)?.[1]?.trim().split(/\s+/).map(Number)
  if (!fields || fields.length < 4) return undefined
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields
  const busy = user + nice + system + irq + softirq + steal
  return { busy, total: busy + idle + iowait }
}

/** In bytes. */
export function memoryOf(meminfo: string) {
  const of = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1]
    return kib === undefined ? undefined : Number(kib) * 1_024
  }
  const swapTotal = of('SwapTotal')
  const swapFree = of('SwapFree')
  return {
    total: of('MemTotal'),
    available: of('MemAvailable'),
    swap: swapTotal === undefined || swapFree === undefined ? undefined : swapTotal - swapFree,
  }
}

/** Bridges and the ends of containers' cables carry the same bytes again. */
const VIRTUAL = /^(lo$|veth|docker|br-|virbr|cni|podman|cali|flannel|vxlan|tunl|ifb|dummy)/

export function networkBytesOf(dev: string) {
  const lines = [...dev.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)].filter(([, name = '']) => !VIRTUAL.test(name))
  if (lines.length === 0) return undefined
  const total = { rx: 0, tx: 0 }
  for (const [, , fields = ''] of lines) {
    const numbers = fields.trim().split(/\s+/).map(Number)
    total.rx += numbers[0] ?? 0
    total.tx += numbers[8] ?? 0
  }
  return total
}

/** Whole disks only: partitions, and what is built of disks, count the same bytes again. */
const DISK = /^(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/
/** Whatever the disk's own sectors are (Documentation/admin-guide/iostats.rst). */
const SECTOR_BYTES = 512

export function diskBytesOf(diskstats: string) {
  const disks = diskstats
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => DISK.test(fields[2] ?? ''))
  if (disks.length === 0) return undefined
  const sectors = (index: number) => disks.reduce((total, fields) => total + (Number(fields[index]) || 0), 0)
  return { read: sectors(5) * SECTOR_BYTES, write: sectors(9) * SECTOR_BYTES }
}
