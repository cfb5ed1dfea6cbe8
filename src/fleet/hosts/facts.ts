import type { Row } from '../agent'

/** What a host is searched and shown by; empty where the agent did not say. */
export interface Facts {
  hostname: string
  platform: string
  os_name: string
  os_version: string
  osquery_version: string
  hardware_uuid: string
  hardware_serial: string
}

/** The tables whose first rows an agent sends when it enrols. */
export const ENROLLMENT_TABLES = ['os_version', 'osquery_info', 'system_info', 'platform_info']

const TEXT_MAX = 255
const VALUE_MAX = 4_096
const COLUMNS_MAX = 100

/** Bits of osquery's `platform_type`, the narrower ones first (osquery/utils/platform/platform_type.h). */
const PLATFORM_BITS: [number, string][] = [
  [0x20, 'freebsd'],
  [0x10, 'darwin'],
  [0x08, 'linux'],
  [0x02, 'windows'],
]

/** What PostgreSQL can hold, and no more of it than given. */
export const storable = (text: string, most = TEXT_MAX) => text.replaceAll('\0', '').slice(0, most).toWellFormed()

export const storableRow = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .slice(0, COLUMNS_MAX)
      .map(([column, value]) => [storable(column), storable(value, VALUE_MAX)]),
  )

/**
 * Reads the columns of a host out of the first rows of its tables.
 * @param platformType osquery's bits as a text, of an agent whose `os_version` does not say
 */
export function factsOf(details: Record<string, Row>, platformType = ''): Facts {
  const { os_version: os = {}, osquery_info: agent = {}, system_info: system = {} } = details
  const named = (...values: (string | undefined)[]) => storable(values.find(value => value?.trim())?.trim() ?? '')
  return {
    hostname: named(system.hostname, system.computer_name, system.local_hostname),
    platform: named(os.platform, platformOf(platformType)).toLowerCase(),
    os_name: named(os.name),
    os_version: named(os.version),
    osquery_version: named(agent.version),
    hardware_uuid: named(system.uuid),
    hardware_serial: named(system.hardware_serial),
  }
}

function platformOf(platformType: string): string | undefined {
  const bits = Number(platformType)
  return PLATFORM_BITS.find(([bit]) => (bits & bit) !== 0)?.[1]
}
