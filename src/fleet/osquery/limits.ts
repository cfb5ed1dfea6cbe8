const KIB = 1024
const MIB = 1024 * KIB

/**
 * Largest bodies in bytes, after inflation. What exceeds the small ones is refused. Results and log lines are cut instead: an agent keeps
 * what was refused and sends it again for ever, before everything else it has.
 */
export const BODY_BYTES_MAX = {
  /** A secret and the first rows of four tables. */
  enroll: 64 * KIB,
  /** A node key; with room for what later agents may add. */
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

/** Of a body that is cut: the node key and the statuses stand at its end. */
export const TAIL_BYTES = 64 * KIB
/** Of one row, one log line or one map of statuses. Larger ones would hold up everything else while they are parsed. */
export const VALUE_BYTES_MAX = 16 * MIB
/** Of one row that is kept: a page of rows is in memory when somebody reads it. The values of a larger one are cut. */
export const ROW_CHARACTERS_MAX = 128 * KIB
/** In one delivery. Rows can be as small as `{}`, and an object takes many times as much. */
export const ROWS_MAX = 1_000_000
export const ANSWERS_MAX = 100_000
export const LINES_MAX = 250_000

/** Of a name in the parts of a body that are looked into, and of a node key. */
export const NAME_BYTES_MAX = KIB
/** Of fields at the top of a body; agents send five. */
export const FIELDS_MAX = 1_000
/** Of a row or a log line, which have four levels at most. */
export const DEPTH_MAX = 64

/**
 * What all requests together may hold; in rooms by the size they announce, so that large ones never keep a poll waiting, and in other
 * rooms until they have shown a good key, so that strangers never keep an agent waiting that has.
 */
export const HELD_BYTES_MAX = {
  hosts: { small: 8 * MIB, large: 96 * MIB, inflated: 112 * MIB },
  strangers: { small: 8 * MIB, large: 32 * MIB },
} as const
export const SMALL_BYTES_MAX = 64 * KIB
/** Of a body that need no room: its connection takes more. */
export const FREE_BYTES = 4 * KIB

/** How far a body that inflates beyond its limit is followed to find its end, in limits. */
export const FOLLOW_LIMITS = 2
/** Of an inflated body that is kept while the key in it is looked for; a longer one is inflated twice. */
export const INFLATED_KEPT_BYTES_MAX = 256 * KIB
/** How many strangers may go on inflating beyond that at the same time. */
export const INFLATING_STRANGERS_MAX = 2

/** For what is done with a request that is read: less than an agent takes to give up, so that it hears that it has to send it again. */
export const STORE_MS_MAX = 7_000

/** For room: with `STORE_MS_MAX` still less than an agent takes to give up. */
export const WAIT_MS_MAX = 8_000
/** An agent gives up after 16 s: a stranger who sends longer is none, or has left. */
export const UPLOAD_MS_MAX = { hosts: 30_000, strangers: 16_000 } as const
