const KIB = 1024
const MIB = 1024 * KIB

/**
 * Max size of bodies in bytes, after inflation. Larger ones are refused, except that results and log lines are
 * truncated: an agent keeps what was refused and resends it forever, before anything else.
 */
export const BODY_BYTES_MAX = {
  /** A secret and the first rows of four tables. */
  enroll: 64 * KIB,
  /** A node key, with room for what future agents may add. */
  config: 64 * KIB,
  read: 16 * KIB,
  /** Results of some hundred thousand rows. */
  write: 100 * MIB,
  /** Agents send up to 1,024 lines of up to 1 MiB, in practice some MiB. */
  log: 100 * MIB,
  carveInit: 8 * KIB,
  /** Blocks of 8 KiB unless `carver_block_size` says otherwise, in base64. */
  carveBlock: 16 * MIB,
} as const

/** How much is kept of the end of a truncated body, which has the node key and the statuses. */
export const TAIL_BYTES = 64 * KIB
/** Max size of one row, log line or map of statuses. Parsing a larger one would block everything else. */
export const VALUE_BYTES_MAX = 16 * MIB
/** Max size of a stored row, because pages of rows are read into memory. The values of larger rows are truncated. */
export const ROW_CHARACTERS_MAX = 128 * KIB
/** Limits per request. Rows can be as small as `{}`, and an object takes many times as much memory. */
export const ROWS_MAX = 1_000_000
export const ANSWERS_MAX = 100_000
export const LINES_MAX = 250_000

/** Max size of a name in the scanned parts of a body, and of a node key. */
export const NAME_BYTES_MAX = KIB
/** Max top-level fields of a body; agents send five. */
export const FIELDS_MAX = 1_000
/** Max depth of a row or a log line; agents use at most four levels. */
export const DEPTH_MAX = 64

/**
 * How much memory all requests together may hold. There are pools by announced size, so that large bodies never delay
 * polls, and by sender, so that requests without a valid key never delay those with one.
 */
export const HELD_BYTES_MAX = {
  authenticated: { small: 8 * MIB, large: 96 * MIB, inflated: 112 * MIB },
  unauthenticated: { small: 8 * MIB, large: 32 * MIB },
} as const
export const SMALL_BYTES_MAX = 64 * KIB
/** The first bytes of a body, which are not counted because its connection takes more memory. */
export const FREE_BYTES = 4 * KIB

/** How far a body that inflates beyond its limit is read to find its end, as a multiple of the limit. */
export const FOLLOW_LIMITS = 2
/** How much of an inflated body is kept while its key is searched; a longer one is inflated twice. */
export const INFLATED_KEPT_BYTES_MAX = 256 * KIB
/** Max unauthenticated requests that inflate more than that at the same time. */
export const INFLATING_UNAUTHENTICATED_MAX = 2

/** Timeout for the work on a request that has been read: less than an agent waits, so that it learns to retry. */
export const STORE_MS_MAX = 7_000

/** How long to wait for memory: together with `STORE_MS_MAX` still less than an agent waits. */
export const WAIT_MS_MAX = 8_000
/** An agent gives up after 16 s, so a longer upload without a valid key is not from a working agent. */
export const UPLOAD_MS_MAX = { authenticated: 30_000, unauthenticated: 16_000 } as const
