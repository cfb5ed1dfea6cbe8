const UNITS = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const

/** Seconds in Prometheus' notation: `4h`, `1h30m`, `0s`. */
export function waitText(seconds: number): string {
  let left = seconds
  let text = ''
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size)
    if (count > 0) text += `${count}${unit}`
    left -= count * size
  }
  return text || '0s'
}

const WAIT = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/

/** The seconds of such a text; undefined if it is none. A number alone counts as seconds. */
export function parseWait(text: string): number | undefined {
  const given = text.replaceAll(/\s+/g, '')
  if (/^\d+$/.test(given)) return Number(given)
  const found = given === '' ? null : WAIT.exec(given)
  return found?.slice(1).reduce((sum, count, at) => sum + Number(count ?? 0) * (UNITS[at]?.[1] ?? 0), 0)
}
