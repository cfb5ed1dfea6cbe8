/**
 * Parses a time: `14:30` or `14:30:05.250` (local time, on the day of `near`), or anything that starts with a date.
 * @returns milliseconds since 1970; null if it is not a time
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
