/** A group that begins to fire so often within the window is flapping, until it has been calm for as long. */
export const FLAPS_MAX = 6
export const FLAP_WINDOW_MS = 30 * 60_000

/** Adds that a group begins to fire. Keeps what counts: the latest times within the window. Times in ms. */
export const addFlap = (flaps: readonly number[], at: number): number[] =>
  [...flaps, at].filter(each => each > at - FLAP_WINDOW_MS).slice(-FLAPS_MAX)

/** Whether a group is flapping, given whether it was: it goes on until it has been calm for a whole window. */
export function isFlapping(was: boolean, flaps: readonly number[], now: number): boolean {
  if (was) return now < calmAt(flaps)
  return flaps.filter(each => each > now - FLAP_WINDOW_MS).length >= FLAPS_MAX
}

/** When a group will have been calm for a whole window. */
export const calmAt = (flaps: readonly number[]): number => (flaps.at(-1) ?? 0) + FLAP_WINDOW_MS
