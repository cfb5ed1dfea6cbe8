import { createHash } from 'node:crypto'
import type { LoggedLine } from '../agent'

/** How much of a line's digest is kept: enough to distinguish the lines of a host. */
const MARK_BYTES = 8
const DELIVERIES_KEPT = 4
/** Limit for all deliveries together, unless the latest has more. osqueryd sends 1,024 lines at a time by default. */
const LINES_KEPT = 65_536

/** Identifies a line. */
export interface Mark {
  /** One byte per character. */
  text: string
  /** The line's number, from 1, among equal lines of its delivery. */
  nth: number
}

export interface Delivery {
  /** Equal for the same lines in the same order. */
  id: string
  marks: Mark[]
}

/** The stored lines of one delivery. */
interface AcceptedDelivery {
  id: string
  /** Their marks, joined. */
  marks: string
}

/** The latest deliveries of a host, newest first. */
export type Accepted = readonly AcceptedDelivery[]

export function deliveryOf(lines: readonly LoggedLine[]): Delivery {
  const counts = new Map<string, number>()
  const marks = lines.map(({ digest }) => {
    const text = digest.toString('latin1', 0, MARK_BYTES).padEnd(MARK_BYTES, '\0')
    return { text, nth: add(counts, text) }
  })
  const hash = createHash('sha256').update(marks.map(({ text }) => text).join(''), 'latin1')
  return { id: hash.digest('base64url').slice(0, MARK_BYTES), marks }
}

/** What to do with a chunk of a delivery. */
export interface Step {
  /** Indexes of the new lines. */
  fresh: number[]
  /** The marks after they are stored. */
  accepted: Accepted
}

/**
 * Finds the lines of a chunk that are not stored yet. osqueryd repeats its first lines, followed by new ones, until a
 * delivery is accepted (osquery, plugins/logger/buffered.cpp). After a broken connection it repeats them at once, so
 * that two deliveries race. It sorts lines by keys as text, so the tenth line of a second precedes the ninth: new
 * lines may appear between those already sent, and move others to a later delivery. Therefore each line is compared
 * on its own.
 * @param to the index in the delivery after the chunk
 * @returns undefined if all of them are stored already
 */
export function nextStep({ id, marks }: Delivery, from: number, to: number, accepted: Accepted): Step | undefined {
  const chunk = marks.slice(from, to)
  const known = countsIn(accepted, new Set(chunk.map(({ text }) => text)))
  const isFresh = ({ text, nth }: Mark) => nth > (known.get(text) ?? 0)
  const fresh = chunk.flatMap((mark, index) => (isFresh(mark) ? [index] : []))
  if (fresh.length === 0) return undefined
  const repeated = new Map<string, number>()
  for (const mark of chunk) if (!isFresh(mark)) add(repeated, mark.text)
  const rest = repeated.size ? accepted.map(each => without(each, repeated)) : accepted
  const own = rest.find(each => each.id === id)?.marks ?? ''
  const latest = { id, marks: own + chunk.map(({ text }) => text).join('') }
  const others = rest.filter(each => each.id !== id && each.marks !== '')
  return { fresh, accepted: latestOf([latest, ...others], Math.max(LINES_KEPT, marks.length)) }
}

function latestOf(accepted: Accepted, linesMax: number): Accepted {
  let room = linesMax * MARK_BYTES
  return accepted.slice(0, DELIVERIES_KEPT).filter(({ marks }) => {
    room -= marks.length
    return room >= 0
  })
}

function add(counts: Map<string, number>, text: string): number {
  const count = (counts.get(text) ?? 0) + 1
  counts.set(text, count)
  return count
}

/** How often each of these marks is stored. */
function countsIn(accepted: Accepted, wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { marks } of accepted)
    for (let at = 0; at < marks.length; at += MARK_BYTES) {
      const text = marks.slice(at, at + MARK_BYTES)
      if (wanted.has(text)) add(counts, text)
    }
  return counts
}

/** A delivery without the marks that were sent again and now belong to the latest delivery. */
function without({ id, marks }: AcceptedDelivery, repeated: Map<string, number>): AcceptedDelivery {
  const rest: string[] = []
  for (let at = 0; at < marks.length; at += MARK_BYTES) {
    const text = marks.slice(at, at + MARK_BYTES)
    const count = repeated.get(text) ?? 0
    if (count > 0) repeated.set(text, count - 1)
    else rest.push(text)
  }
  return { id, marks: rest.join('') }
}

/** Encodes deliveries for the database: `id:marks` for each, separated by spaces. Older versions wrote no ids. */
export const encodeAccepted = (accepted: Accepted) =>
  accepted.map(({ id, marks }) => `${id}:${Buffer.from(marks, 'latin1').toString('base64')}`).join(' ')

export function decodeAccepted(text: string): Accepted {
  if (text === '') return []
  return text.split(' ').map(each => {
    const [base64 = '', id = ''] = each.split(':').reverse()
    return { id, marks: Buffer.from(base64, 'base64').toString('latin1') }
  })
}
