import type { Host, HostStatus } from '../../../src/contract/hosts'

export const STATUS_MEANINGS: Record<HostStatus, string> = {
  online: 'Its agent is connected.',
  offline: 'Its agent is not connected: the host is switched off, asleep, or cut off.',
  missing: 'It has not been seen for a long time.',
}

/** The name to show: the host name, else the host identifier. */
export const nameOf = ({ hostname, host_identifier }: Pick<Host, 'hostname' | 'host_identifier'>) =>
  hostname || host_identifier

/** `Debian GNU/Linux 12`, or as much of it as is known. */
export const systemOf = ({ os_name, os_version, platform }: Pick<Host, 'os_name' | 'os_version' | 'platform'>) =>
  [os_name || platform, os_version].filter(Boolean).join(' ')
