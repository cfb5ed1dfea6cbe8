import { POLL_SECONDS } from '../agent'

/**
 * Options for agents. Only those that osquery reads from a configuration, not those that must be flags (`FLAG`, not
 * `CLI_FLAG`, in its source).
 * @param holdMs how long a read is held; agents whose reads are held read again at once, others poll
 */
const optionsOf = (holdMs: number) => ({
  disable_distributed: false,
  distributed_interval: holdMs > 0 ? 1 : POLL_SECONDS,
  logger_tls_period: 10,
  logger_tls_compress: true,
  pack_delimiter: '_',
})

/** Added to each result and line, so that other programs know its host. */
const DECORATORS = {
  load: ['select uuid as host_uuid from system_info;', 'select hostname from system_info;'],
}

/** The configuration for every agent. It always has a schedule: an agent without one has lost its configuration. */
export const baseConfig = (holdMs: number) => ({
  options: optionsOf(holdMs),
  schedule: {},
  packs: {} as Record<string, unknown>,
  decorators: DECORATORS,
})

/** Size of the configuration without packs, with the field that the route adds. */
export const BASE_BYTES = Buffer.byteLength(JSON.stringify({ ...baseConfig(0), node_invalid: false }))
