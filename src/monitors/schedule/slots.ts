import { createHash } from 'node:crypto'

/**
 * A monitor keeps its own phase within its interval, by its id: so checks are spread evenly, and a restart moves none of
 * them.
 * @returns ms from the start of an interval
 */
export function phaseOf(id: string, intervalMs: number): number {
  const number = createHash('sha256').update(id).digest().readUIntBE(0, 6)
  return Math.floor((number / 2 ** 48) * intervalMs)
}

/** The first time after an instant at which a monitor is due, in ms. */
export function nextSlot(phase: number, intervalMs: number, after: number): number {
  return (Math.floor((after - phase) / intervalMs) + 1) * intervalMs + phase
}
