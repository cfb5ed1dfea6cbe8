import { entriesOf } from './chunk'
import type { PreparedEntry } from './entry'
import { SEPARATOR } from './record'
import type { TopicUpdate } from './topic-feed'
import type { Committed } from './writer'

/**
 * Only the range of a larger batch is published, because Redis disconnects subscribers whose output buffer grows too
 * large.
 */
const BUS_BYTES_MAX = 16 * 1024

interface Message {
  id: number
  epoch: string
  /** Null stands for Infinity, which JSON cannot represent. */
  last: number | null
  first: number
  end: string | null
  at: number
  line: number
  /** The records of a chunk; null if they are too large for the bus. */
  records: string | null
}

/** The update of one topic after a commit, for readers in this process. */
export function updateOf({ head, entries }: Committed): TopicUpdate {
  const first_seq = firstOf(head, entries)
  const { id, epoch, last_seq, end_reason } = head
  const chunk = entries && { first_seq, first_line: firstLineOf(head, entries), records: joined(entries) }
  return {
    ...{ id, epoch, first: first_seq, last: last_seq, end: end_reason || null },
    entries: chunk && entriesOf(chunk),
    at: Date.now(),
  }
}

const firstOf = ({ last_seq }: Committed['head'], entries: Committed['entries']) =>
  last_seq - (entries?.length ?? 0) + 1

const firstLineOf = ({ last_line }: Committed['head'], entries: readonly PreparedEntry[]) =>
  last_line - entries.filter(({ kind }) => kind === 'log').length + 1

const joined = (entries: readonly PreparedEntry[]) => entries.map(({ record }) => record).join(SEPARATOR)

function fitsBus(entries: readonly PreparedEntry[]): boolean {
  let length = 0
  return entries.every(({ record }) => {
    length += record.length
    return length <= BUS_BYTES_MAX
  })
}

/** The same for other processes. */
export function encodeUpdate({ head, entries }: Committed): string {
  const { id, epoch, last_seq, end_reason } = head
  const sent = entries && fitsBus(entries) ? entries : null
  return JSON.stringify({
    ...{ id, epoch, first: firstOf(head, entries), last: Number.isFinite(last_seq) ? last_seq : null },
    ...{ end: end_reason || null, at: Date.now() },
    ...{ line: sent ? firstLineOf(head, sent) : 0, records: sent && joined(sent) },
  } satisfies Message)
}

export function decodeUpdate(text: string): TopicUpdate {
  const { records, last, line, ...rest } = JSON.parse(text) as Message
  return {
    ...rest,
    last: last ?? Number.POSITIVE_INFINITY,
    entries: records === null ? null : entriesOf({ first_seq: rest.first, first_line: line, records }),
  }
}
