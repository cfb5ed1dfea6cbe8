import { createHash } from 'node:crypto'
import type { LoggedLine } from '../agent'

/** Bytes of a line's digest that are kept: enough to tell the lines of a host apart. */
const MARK_BYTES = 8
const DELIVERIES_KEPT = 4
/** Of all deliveries together, unless the latest has more. osqueryd sends 1,024 at a time by default. */
const LINES_KEPT = 65_536

/** Identifies a line. */
export interface Mark {
  /** One byte per character. */
  text: string
  /** Lines may be equal: its number, from 1, among the equal lines of its delivery. */
  nth: number
}

export interface Delivery {
  /** The same for the same lines in the same order. */
  id: string
  marks: Mark[]
}

/** Lines of one delivery that are stored. */
interface TakenDelivery {
  id: string
  /** Their marks, joined. */
  marks: string
}

/** The latest delivery first. */
export type Taken = readonly TakenDelivery[]

export function deliveryOf(lines: readonly LoggedLine[]): Delivery {
  const counts = new Map<string, number>()
  const marks = lines.map(({ digest }) => {
    const text = digest.toString('latin1', 0, MARK_BYTES).padEnd(MARK_BYTES, '\0')
    return { text, nth: add(counts, text) }
  })
  const hash = createHash('sha256').update(marks.map(({ text }) => text).join(''), 'latin1')
  return { id: hash.digest('base64url').slice(0, MARK_BYTES), marks }
}

/** What to do with some lines of a delivery. */
export interface Step {
  /** Indexes of the new ones. */
  fresh: number[]
  /** The marks once they are stored. */
  taken: Taken
}

/**
 * Finds the lines of a piece that are not stored yet. osqueryd repeats its first lines, followed by new ones, until a
 * delivery is accepted (osquery, plugins/logger/buffered.cpp); after a broken connection it repeats them at once, so that
 * two deliveries race. It sorts lines by keys as text, in which the tenth line of a second precedes the ninth: new lines
 * may appear between those that were sent, and move others to a later delivery. So each line is compared on its own.
 * @param to index in the delivery where the piece ends
 * @returns nothing when all of them are stored already
 */
export function nextStep({ id, marks }: Delivery, from: number, to: number, taken: Taken): Step | undefined {
  const piece = marks.slice(from, to)
  const known = countsIn(taken, new Set(piece.map(({ text }) => text)))
  const isFresh = ({ text, nth }: Mark) => nth > (known.get(text) ?? 0)
  const fresh = piece.flatMap((mark, place) => (isFresh(mark) ? [place] : []))
  if (fresh.length === 0) return undefined
  const again = new Map<string, number>()
  for (const mark of piece) if (!isFresh(mark)) add(again, mark.text)
  const rest = again.size ? taken.map(each => without(each, again)) : taken
  const own = rest.find(each => each.id === id)?.marks ?? ''
  const latest = { id, marks: own + piece.map(({ text }) => text).join('') }
  const others = rest.filter(each => each.id !== id && each.marks !== '')
  return { fresh, taken: latestOf([latest, ...others], Math.max(LINES_KEPT, marks.length)) }
}

function latestOf(taken: Taken, linesMax: number): Taken {
  let room = linesMax * MARK_BYTES
  return taken.slice(0, DELIVERIES_KEPT).filter(({ marks }) => {
    room -= marks.length
    return room >= 0
  })
}

function add(counts: Map<string, number>, text: string): number {
  const count = (counts.get(text) ?? 0) + 1
  counts.set(text, count)
  return count
}

/** How often each of the wanted marks is stored. */
function countsIn(taken: Taken, wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { marks } of taken)
    for (let at = 0; at < marks.length; at += MARK_BYTES) {
      const text = marks.slice(at, at + MARK_BYTES)
      if (wanted.has(text)) add(counts, text)
    }
  return counts
}

/** Without the marks that were sent again, which now belong to the latest delivery. */
function without({ id, marks }: TakenDelivery, again: Map<string, number>): TakenDelivery {
  const rest: string[] = []
  for (let at = 0; at < marks.length; at += MARK_BYTES) {
    const text = marks.slice(at, at + MARK_BYTES)
    const count = again.get(text) ?? 0
    if (count > 0) again.set(text, count - 1)
    else rest.push(text)
  }
  return { id, marks: rest.join('') }
}

/** The form in the database: `id:marks` for each, separated by spaces. Older versions wrote no ids. */
export const writeTaken = (taken: Taken) =>
  taken.map(({ id, marks }) => `${id}:${Buffer.from(marks, 'latin1').toString('base64')}`).join(' ')

export function readTaken(text: string): Taken {
  if (text === '') return []
  return text.split(' ').map(each => {
    const [base64 = '', id = ''] = each.split(':').reverse()
    return { id, marks: Buffer.from(base64, 'base64').toString('latin1') }
  })
}
