/** Per second; null without an earlier value, and after the counter was reset. */
export function rate(last: number | null | undefined, now: number | null | undefined, ms: number): number | null {
  if (last === null || last === undefined || now === null || now === undefined) return null
  return now >= last && ms > 0 ? ((now - last) / ms) * 1_000 : null
}
