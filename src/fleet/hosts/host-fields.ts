import type { Row } from '../agent'

/** The fields by which hosts are listed and searched; empty if the agent did not report them. */
export interface HostFields {
  hostname: string
  platform: string
  os_name: string
  os_version: string
  osquery_version: string
  hardware_uuid: string
  hardware_serial: string
}

/** The tables whose first rows an agent sends when it enrolls. */
export const ENROLLMENT_TABLES = ['os_version', 'osquery_info', 'system_info', 'platform_info']

const TEXT_LENGTH_MAX = 255
const VALUE_LENGTH_MAX = 4_096
const COLUMNS_MAX = 100

/** Bits of osquery's `platform_type`, the most specific first (osquery/utils/platform/platform_type.h). */
const PLATFORM_BITS: [number, string][] = [
  [0x20, 'freebsd'],
  [0x10, 'darwin'],
  [0x08, 'linux'],
  [0x02, 'windows'],
]

/** Text that PostgreSQL can hold, truncated to a length. */
export const storable = (text: string, lengthMax = TEXT_LENGTH_MAX) =>
  text.replaceAll('\0', '').slice(0, lengthMax).toWellFormed()

export const storableRow = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .slice(0, COLUMNS_MAX)
      .map(([column, value]) => [storable(column), storable(value, VALUE_LENGTH_MAX)]),
  )

/**
 * Reads the fields of a host from the first rows of its tables.
 * @param platformType osquery's bits as text, used if `os_version` does not name the platform
 */
export function hostFieldsOf(details: Record<string, Row>, platformType = ''): HostFields {
  const { os_version: os = {}, osquery_info: agent = {}, system_info: system = {} } = details
  const first = (...values: (string | undefined)[]) => storable(values.find(value => value?.trim())?.trim() ?? '')
  return {
    hostname: first(system.hostname, system.computer_name, system.local_hostname),
    platform: first(os.platform, platformOf(platformType)).toLowerCase(),
    os_name: first(os.name),
    os_version: first(os.version),
    osquery_version: first(agent.version),
    hardware_uuid: first(system.uuid),
    hardware_serial: first(system.hardware_serial),
  }
}

function platformOf(platformType: string): string | undefined {
  const bits = Number(platformType)
  return PLATFORM_BITS.find(([bit]) => (bits & bit) !== 0)?.[1]
}
