/**
 * A time as people type it: `14:30`, `14:30:05.250` (of the day on which `near` is, where the reader is), or anything with a
 * date. Milliseconds since 1970; null when it is none.
 */
export function timeOf(typed: string, near: number): number | null {
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(typed)
  if (clock) {
    const [, hours, minutes, seconds = '0', millis = '0'] = clock
    return new Date(near).setHours(Number(hours), Number(minutes), Number(seconds), Number(millis.padEnd(3, '0')))
  }
  const ms = /^\d{4}-\d\d-\d\d/.test(typed) ? Date.parse(typed) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}
