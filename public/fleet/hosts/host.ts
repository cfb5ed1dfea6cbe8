import type { Host, HostStatus } from '../../../src/contract/hosts'

export const STATUS_MEANINGS: Record<HostStatus, string> = {
  online: 'The agent is connected.',
  offline: 'The agent is not connected: the host is off, asleep or disconnected.',
  missing: 'The host has not been seen for a long time.',
}

/** The display name: the host name, or the host identifier if it has none. */
export const nameOf = ({ hostname, host_identifier }: Pick<Host, 'hostname' | 'host_identifier'>) =>
  hostname || host_identifier

/** `Debian GNU/Linux 12`, as far as known. */
export const systemOf = ({ os_name, os_version, platform }: Pick<Host, 'os_name' | 'os_version' | 'platform'>) =>
  [os_name || platform, os_version].filter(Boolean).join(' ')
