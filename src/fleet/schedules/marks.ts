import type { LoggedLine } from '../agent'

/** Bytes of a line's digest that are kept: two lines of a host that meet here by chance are not to be expected. */
const MARK_BYTES = 8
/** Batches that are remembered. */
const BATCHES_MAX = 4

/** The lines that were taken from an agent, latest batch first, as their marks one after the other. */
export type Taken = readonly Buffer[]

export const marksOf = (lines: readonly LoggedLine[]): Buffer =>
  Buffer.concat(lines.map(({ digest }) => Buffer.concat([digest, Buffer.alloc(MARK_BYTES)], MARK_BYTES)))

const beginsWith = (marks: Buffer, start: Buffer) => start.length > 0 && marks.subarray(0, start.length).equals(start)

/**
 * How many of a delivery's first lines are in the database already. osqueryd sends its first lines again, and behind
 * them those that came meanwhile, until a delivery is accepted (osquery, plugins/logger/buffered.cpp); a broken
 * connection makes it send the same at once, so that two deliveries of one batch race. Of older batches only one counts
 * that holds the whole delivery, which then was held up until the agent had gone on.
 */
function linesTaken(marks: Buffer, taken: Taken): number {
  if (goesOn(marks, taken)) return (taken[0]?.length ?? 0) / MARK_BYTES
  return taken.some(batch => beginsWith(batch, marks)) ? marks.length / MARK_BYTES : 0
}

const goesOn = (marks: Buffer, [latest]: Taken) => latest !== undefined && beginsWith(marks, latest)

/** What is to be done with the lines `from` to `to` (exclusive) of a delivery. */
export interface Step {
  /** The first of them that is new. */
  start: number
  /** How it stands after they were taken. */
  taken: Taken
}

/** @returns nothing when all these lines were taken before */
export function nextStep(marks: Buffer, from: number, to: number, taken: Taken): Step | undefined {
  const start = Math.max(from, linesTaken(marks, taken))
  if (start >= to) return undefined
  const before = goesOn(marks, taken) ? taken.slice(1) : taken
  return { start, taken: [marks.subarray(0, to * MARK_BYTES), ...before].slice(0, BATCHES_MAX) }
}

/** As it stands in the database. */
export const writeTaken = (taken: Taken) => taken.map(batch => batch.toString('base64')).join(' ')

export const readTaken = (text: string): Taken =>
  text === '' ? [] : text.split(' ').map(batch => Buffer.from(batch, 'base64'))
