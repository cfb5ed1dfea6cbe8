import type { Host } from '../../src/contract/hosts'
import type { Color } from './terminal'

export const HOST_COLORS: Record<string, Color> = { online: 'green', offline: 'yellow', missing: 'red' }

/** The name of a host, or else its identifier. */
export const nameOf = ({ hostname, host_identifier }: Pick<Host, 'hostname' | 'host_identifier'>) =>
  hostname || host_identifier
