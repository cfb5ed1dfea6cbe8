import { createHash } from 'node:crypto'
import type { LoggedLine } from '../agent'

/** Bytes of a line's digest that are kept: two lines of a host that meet here by chance are not to be expected. */
const MARK_BYTES = 8
const DELIVERIES_KEPT = 4
/** Of all of them together, unless the latest has more. osqueryd sends 1,024 at a time unless told otherwise. */
const LINES_KEPT = 65_536

/** What tells a line from others. */
export interface Mark {
  /** A byte per character. */
  text: string
  /** Lines may be alike: how many of its kind there are in its delivery up to and with this one. */
  nth: number
}

export interface Delivery {
  /** The same whenever the same lines come in the same order. */
  id: string
  marks: Mark[]
}

/** Lines of one delivery that were taken from an agent. */
interface TakenDelivery {
  id: string
  /** Their marks one after the other. */
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

/** What is to be done with some lines of a delivery. */
export interface Step {
  /** The places of those that are new. */
  fresh: number[]
  /** How it stands after they were taken. */
  taken: Taken
}

/**
 * Which lines of a piece are not in the database. osqueryd sends its first lines again, with those that came meanwhile, until a
 * delivery is accepted (osquery, plugins/logger/buffered.cpp); a broken connection makes it send the same at once, so that
 * two deliveries race. It orders lines by keys as texts, in which the tenth line of a second stands before the ninth: new lines
 * may come between those that were sent, and push others out into a later delivery. So each line counts for itself.
 * @param to where in the delivery the piece ends
 * @returns nothing when all of them were taken before
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

/** How often each of the wanted marks was taken. */
function countsIn(taken: Taken, wanted: ReadonlySet<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { marks } of taken)
    for (let at = 0; at < marks.length; at += MARK_BYTES) {
      const text = marks.slice(at, at + MARK_BYTES)
      if (wanted.has(text)) add(counts, text)
    }
  return counts
}

/** Those that were sent again count among the latest now. */
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

/** As it stands in the database: `id:marks` for each, with spaces between. Older versions wrote no ids. */
export const writeTaken = (taken: Taken) =>
  taken.map(({ id, marks }) => `${id}:${Buffer.from(marks, 'latin1').toString('base64')}`).join(' ')

export function readTaken(text: string): Taken {
  if (text === '') return []
  return text.split(' ').map(each => {
    const [base64 = '', id = ''] = each.split(':').reverse()
    return { id, marks: Buffer.from(base64, 'base64').toString('latin1') }
  })
}
