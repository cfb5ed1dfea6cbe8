const KIB = 1024
const MIB = 1024 * KIB

/**
 * Largest bodies in bytes, after inflation. Larger small ones are refused. Results and log lines are cut instead: an
 * agent keeps what was refused, and sends it again for ever, before everything else.
 */
export const BODY_BYTES_MAX = {
  /** A secret and the first rows of four tables. */
  enroll: 64 * KIB,
  /** A node key, with room for what later agents may add. */
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

/** Kept of the end of a body that is cut, which holds the node key and the statuses. */
export const TAIL_BYTES = 64 * KIB
/** Of one row, one log line or one map of statuses. Parsing a larger one would block everything else. */
export const VALUE_BYTES_MAX = 16 * MIB
/** Of one row that is stored, because a page of rows is in memory when it is read. The values of a larger one are cut. */
export const ROW_CHARACTERS_MAX = 128 * KIB
/** In one request. Rows can be as small as `{}`, and an object takes many times as much. */
export const ROWS_MAX = 1_000_000
export const ANSWERS_MAX = 100_000
export const LINES_MAX = 250_000

/** Of a name in the parts of a body that are scanned, and of a node key. */
export const NAME_BYTES_MAX = KIB
/** Of fields at the top of a body; agents send five. */
export const FIELDS_MAX = 1_000
/** Of a row or a log line, which have four levels at most. */
export const DEPTH_MAX = 64

/**
 * What all requests together may hold. Pools are by announced size, so that large bodies never delay polls, and by
 * sender, so that requests without a valid key never delay those with one.
 */
export const HELD_BYTES_MAX = {
  authenticated: { small: 8 * MIB, large: 96 * MIB, inflated: 112 * MIB },
  unauthenticated: { small: 8 * MIB, large: 32 * MIB },
} as const
export const SMALL_BYTES_MAX = 64 * KIB
/** Of a body that are not counted, because its connection takes more. */
export const FREE_BYTES = 4 * KIB

/** How far a body that inflates beyond its limit is followed to find its end, as a multiple of the limit. */
export const FOLLOW_LIMITS = 2
/** Of an inflated body that are kept while its key is searched; a longer one is inflated twice. */
export const INFLATED_KEPT_BYTES_MAX = 256 * KIB
/** Unauthenticated requests that may inflate more than that at the same time. */
export const INFLATING_UNAUTHENTICATED_MAX = 2

/** For the work on a request that has been read: less than an agent waits, so that it learns to send it again. */
export const STORE_MS_MAX = 7_000

/** For memory: together with `STORE_MS_MAX` still less than an agent waits. */
export const WAIT_MS_MAX = 8_000
/** An agent gives up after 16 s, so an upload that takes longer without a valid key is not from a live agent. */
export const UPLOAD_MS_MAX = { authenticated: 30_000, unauthenticated: 16_000 } as const
