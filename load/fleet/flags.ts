/** The relevant flags of osqueryd with its defaults (osquery's `--help`). Times in seconds. */
const DEFAULTS = {
  distributed_interval: 60,
  distributed_tls_max_attempts: 3,
  distributed_denylist_duration: 86_400,
  config_refresh: 0,
  config_accelerated_refresh: 300,
  config_tls_max_attempts: 3,
  logger_tls_period: 4,
  logger_tls_max_lines: 1_024,
  logger_tls_backoff_max: 3_600,
  logger_tls_compress: false,
  logger_event_type: true,
  logger_snapshot_event_type: false,
  logger_numerics: false,
  decorations_top_level: false,
  tls_enroll_max_attempts: 12,
  tls_enroll_max_interval: 600,
  schedule_splay_percent: 10,
  schedule_epoch: 0,
  pack_delimiter: '_',
  disable_distributed: true,
  disable_reenrollment: false,
  disable_carver: true,
  carver_block_size: 8_192,
  /** Fixed in the agent: how often it looks for carves to begin (SchedulerRunner in osquery/dispatcher/scheduler.cpp). */
  carver_tick: 60,
  /** Far below the agent's own 1,000,000, because thousands of agents share this process. */
  buffered_log_max: 20_000,
}

export type Flags = { -readonly [name in keyof typeof DEFAULTS]: (typeof DEFAULTS)[name] }
type Value = string | number | boolean

/** Command-line flags for live queries. */
export const STARTED_WITH: Partial<Flags> = {
  ...{ disable_distributed: false, disable_carver: false },
  ...{ distributed_interval: 1, config_refresh: 60, config_accelerated_refresh: 30 },
}

export const flagsOf = (started: Partial<Flags>): Flags => ({ ...DEFAULTS, ...started })

/** `CLI_FLAG`s in osquery's source, which it ignores in a configuration. */
const CLI_ONLY: readonly string[] = [
  ...['config_refresh', 'config_accelerated_refresh', 'config_tls_max_attempts', 'disable_reenrollment'],
  ...['tls_enroll_max_attempts', 'tls_enroll_max_interval', 'disable_carver', 'carver_block_size', 'carver_tick'],
]

/**
 * Applies the `options` of a configuration, which override flags. Unknown options, command-line flags and wrong types are
 * ignored, as in the agent.
 */
export function applyOptions(flags: Flags, options: unknown) {
  if (typeof options !== 'object' || options === null) return
  const known = flags as Record<string, Value>
  for (const [name, value] of Object.entries(options)) {
    const read = name in DEFAULTS && !CLI_ONLY.includes(name) ? readAs(known[name] as Value, value) : undefined
    if (read !== undefined) known[name] = read
  }
}

function readAs(old: Value, value: unknown): Value | undefined {
  if (typeof old === 'string') return typeof value === 'string' ? value : undefined
  if (typeof old === 'boolean')
    return /^(true|1)$/.test(String(value)) || (/^(false|0)$/.test(String(value)) ? false : undefined)
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
