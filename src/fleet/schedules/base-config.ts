import { POLL_SECONDS } from '../agent'

/**
 * Only what osquery takes from a configuration, and not by flag alone (`FLAG` as opposed to `CLI_FLAG` in its source).
 * @param holdMs for how long a read is held; an agent that is held asks again at once, others poll
 */
const optionsOf = (holdMs: number) => ({
  disable_distributed: false,
  distributed_interval: holdMs > 0 ? 1 : POLL_SECONDS,
  logger_tls_period: 10,
  logger_tls_compress: true,
  pack_delimiter: '_',
})

/** Each result and line carries them, so that it can be told from where it is without us. */
const DECORATORS = {
  load: ['select uuid as host_uuid from system_info;', 'select hostname from system_info;'],
}

/** What every agent is served. It always has a schedule: an agent that has none has lost its configuration. */
export const baseConfig = (holdMs: number) => ({
  options: optionsOf(holdMs),
  schedule: {},
  packs: {} as Record<string, unknown>,
  decorators: DECORATORS,
})

/** With what the route adds to it. */
export const BASE_BYTES = Buffer.byteLength(JSON.stringify({ ...baseConfig(0), node_invalid: false }))
