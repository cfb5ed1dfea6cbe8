import type { Row } from '../../../src/fleet/agent'
import type { Host } from '../host'

/** The host and time a query runs with. */
export interface Scene {
  host: Host
  nowMs: number
  /** Rows of large tables; default depends on the table. */
  rows: number | undefined
}

export type Table = (scene: Scene) => Row[]

const DAY_S = 86_400

/** Single-row tables about the machine. Names and columns as in osquery's schema. */
export const machineTables: Record<string, Table> = {
  os_version: ({ host }) => {
    const [major = '', minor = '0', patch = '0'] = host.osVersion.split(/[. ]/)
    return [
      {
        ...{ name: host.osName, version: host.osVersion, major, minor: digits(minor), patch: digits(patch), build: '' },
        ...{ platform: host.platform, platform_like: LIKE[host.platform], codename: host.osCodename },
        ...{ arch: host.family === 'darwin' ? 'arm64' : 'x86_64', extra: '' },
      },
    ]
  },
  system_info: ({ host }) => [
    {
      ...{
        hostname: host.hostname,
        uuid: host.identifier,
        computer_name: host.hostname,
        local_hostname: host.hostname,
      },
      ...{ cpu_type: host.family === 'darwin' ? 'arm64e' : 'x86_64', cpu_subtype: '', cpu_brand: host.cpuBrand },
      ...{ cpu_physical_cores: String(host.cores), cpu_logical_cores: String(host.cores), cpu_microcode: '' },
      ...{ physical_memory: String(host.memoryBytes), hardware_vendor: host.hardwareVendor },
      ...{ hardware_model: host.hardwareModel, hardware_version: '', hardware_serial: host.hardwareSerial },
      ...{ board_vendor: '', board_model: '', board_version: '', board_serial: '' },
    },
  ],
  osquery_info: ({ host, nowMs }) => [
    {
      ...{ pid: '812', uuid: host.identifier, instance_id: host.instanceId, version: host.osqueryVersion },
      ...{ config_hash: '', config_valid: '1', extensions: 'inactive', build_platform: host.family },
      ...{ build_distro: host.family === 'linux' ? 'centos7' : '10.14', start_time: seconds(nowMs), watcher: '811' },
      ...{ platform_mask: '9' },
    },
  ],
  // the schedule of a configuration is reported as the pack "main"
  osquery_packs: () => [
    {
      name: 'main',
      platform: '',
      version: '',
      shard: '0',
      discovery_cache_hits: '0',
      discovery_executions: '0',
      active: '1',
    },
  ],
  platform_info: ({ host }) => [
    {
      ...{ vendor: host.hardwareVendor, version: '1.14.2', date: '04/01/2025', revision: '', extra: '' },
      ...{ address: '0xe000', size: '65536', volume_size: '0', firmware_type: 'uefi' },
    },
  ],
  uptime: ({ host, nowMs }) => {
    const total = Math.max(0, Math.floor((nowMs - host.bootedMs) / 1_000))
    const parts = { days: total / DAY_S, hours: (total / 3_600) % 24, minutes: (total / 60) % 60, seconds: total % 60 }
    return [{ ...texts(parts), total_seconds: String(total) }]
  },
  time: ({ nowMs }) => {
    const now = new Date(nowMs)
    const date = { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, day: now.getUTCDate() }
    const clock = { hour: now.getUTCHours(), minutes: now.getUTCMinutes(), seconds: now.getUTCSeconds() }
    const [weekday = ''] = now.toUTCString().split(',')
    const zone = { timezone: 'UTC', local_timezone: 'UTC', timestamp: calendarTime(nowMs) }
    const stamps = { unix_time: seconds(nowMs), datetime: now.toISOString(), iso_8601: now.toISOString() }
    return [{ weekday, ...texts({ ...date, ...clock }), ...zone, ...stamps }]
  },
  kernel_info: ({ host }) => [
    {
      version: host.family === 'linux' ? '6.8.0-45-generic' : host.osVersion,
      arguments: 'quiet',
      path: '',
      device: '',
    },
  ],
  memory_info: ({ host }) => {
    const kib = (share: number) => String(Math.floor(host.memoryBytes * share))
    return [{ memory_total: kib(1), memory_free: kib(0.2), buffers: kib(0.05), cached: kib(0.3), active: kib(0.4) }]
  },
}

const LIKE = { ubuntu: 'debian', debian: '', rhel: 'fedora', darwin: 'darwin', windows: 'windows' }

const digits = (text: string) => /^\d+/.exec(text)?.[0] ?? '0'
const seconds = (ms: number) => String(Math.floor(ms / 1_000))

const texts = (numbers: Record<string, number>): Row =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(Math.floor(value))]))

/** The format of C's asctime, which osquery logs: `Tue Sep  1 10:00:00 2026 UTC`. */
export function calendarTime(ms: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(/,? /)
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year} UTC`
}
