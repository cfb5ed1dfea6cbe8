import type { Colour } from './terminal'

/** A host, as far as it is shown here. */
export interface Host {
  id: string
  host_identifier: string
  hostname: string
  platform: string
  os_name: string
  os_version: string
  osquery_version: string
  status: string
  last_seen_at: string
  labels: { id: string; name: string }[]
}

export const HOST_COLOURS: Record<string, Colour> = { online: 'green', offline: 'yellow', missing: 'red' }

/** What a host is called: its name, else what its agent calls itself. */
export const nameOf = ({ hostname, host_identifier }: Pick<Host, 'hostname' | 'host_identifier'>) =>
  hostname || host_identifier
