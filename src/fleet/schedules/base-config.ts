import { POLL_SECONDS } from '../agent'

/**
 * Only options that osquery reads from a configuration, and not from flags alone (`FLAG`, not `CLI_FLAG`, in its source).
 * @param holdMs for how long a read is held; held agents read again at once, others poll
 */
const optionsOf = (holdMs: number) => ({
  disable_distributed: false,
  distributed_interval: holdMs > 0 ? 1 : POLL_SECONDS,
  logger_tls_period: 10,
  logger_tls_compress: true,
  pack_delimiter: '_',
})

/** Each result and line contains them, so that other programs know its host. */
const DECORATORS = {
  load: ['select uuid as host_uuid from system_info;', 'select hostname from system_info;'],
}

/** Served to every agent. It always has a schedule: an agent without one has lost its configuration. */
export const baseConfig = (holdMs: number) => ({
  options: optionsOf(holdMs),
  schedule: {},
  packs: {} as Record<string, unknown>,
  decorators: DECORATORS,
})

/** With the field that the route adds. */
export const BASE_BYTES = Buffer.byteLength(JSON.stringify({ ...baseConfig(0), node_invalid: false }))
