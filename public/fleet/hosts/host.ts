import type { Row } from '../../../src/contract/queries'

export type HostStatus = 'online' | 'offline' | 'missing'
export const HOST_STATUSES: HostStatus[] = ['online', 'offline', 'missing']

export const STATUS_MEANINGS: Record<HostStatus, string> = {
  online: 'It asks for queries at the moment.',
  offline: 'It does not ask for queries: switched off, asleep, or cut off.',
  missing: 'It has not been seen for a long time.',
}

export interface LabelRef {
  id: string
  name: string
}

export interface Host {
  id: string
  host_identifier: string
  hostname: string
  platform: string
  os_name: string
  os_version: string
  osquery_version: string
  hardware_uuid: string
  hardware_serial: string
  status: HostStatus
  enrolled_at: string
  last_enrolled_at: string
  last_seen_at: string
  refreshed_at: string | null
  /** Since when its agent has had no schedule, as it says. */
  schedule_lost_at: string | null
  labels: LabelRef[]
}

export interface HostDetails extends Host {
  /** First rows of what it enrolled with. */
  details: Record<string, Row>
  /** Rows by table, from its latest detail query. */
  vitals: Record<string, Row[]>
}

export type StatusCounts = Record<HostStatus, number>

/** What a host is called: its name, else what its agent calls itself. */
export const nameOf = ({ hostname, host_identifier }: Pick<Host, 'hostname' | 'host_identifier'>) =>
  hostname || host_identifier

/** `Debian GNU/Linux 12`, or as much of it as is known. */
export const systemOf = ({ os_name, os_version, platform }: Pick<Host, 'os_name' | 'os_version' | 'platform'>) =>
  [os_name || platform, os_version].filter(Boolean).join(' ')
