/** A text is not a duration; the message is Prometheus'. */
export class DurationError extends Error {
  override name = 'DurationError'
}

/** Units from the largest, in milliseconds; `exact`: written only if nothing remains, since `90d` is easier than `12w6d`. */
const UNITS = [
  { unit: 'y', ms: 365 * 86_400_000, exact: true },
  { unit: 'w', ms: 7 * 86_400_000, exact: true },
  { unit: 'd', ms: 86_400_000, exact: false },
  { unit: 'h', ms: 3_600_000, exact: false },
  { unit: 'm', ms: 60_000, exact: false },
  { unit: 's', ms: 1_000, exact: false },
  { unit: 'ms', ms: 1, exact: false },
] as const
const DURATION = new RegExp(`^${UNITS.map(({ unit }) => `(?:(\\d+)${unit})?`).join('')}$`)
/** 64 bits of nanoseconds, as in Go. */
const MS_MAX = Math.floor(2 ** 63 / 1e6)

/**
 * Reads a duration of Prometheus, such as `1h30m`: units from the largest to the smallest, without fractions.
 * @returns milliseconds
 * @throws DurationError
 */
export function parseDuration(text: string): number {
  if (text === '') throw new DurationError('empty duration string')
  if (text === '0') return 0
  const counts = DURATION.exec(text)?.slice(1)
  if (!counts) throw new DurationError(`not a valid duration string: ${JSON.stringify(text)}`)
  const ms = UNITS.reduce((sum, unit, i) => sum + unit.ms * Number(counts[i] ?? 0), 0)
  if (ms > MS_MAX) throw new DurationError('duration out of range')
  return ms
}

/** Writes a duration as Prometheus does: `1d2h`, `0s`. */
export function formatDuration(durationMs: number): string {
  let text = ''
  let rest = Math.max(0, Math.round(durationMs))
  for (const { unit, ms, exact } of UNITS) {
    const count = Math.floor(rest / ms)
    if (count === 0 || (exact && rest % ms !== 0)) continue
    text += `${count}${unit}`
    rest -= count * ms
  }
  return text || '0s'
}
