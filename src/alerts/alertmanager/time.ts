const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)$/
/** Clients send the year 1 of Go's zero time when they have none. */
const ZERO_YEAR = 1

/**
 * A time in a request: RFC 3339, with any number of decimals.
 * @returns milliseconds; null when it was not given: empty, or Go's zero time; undefined when it is not a time
 */
export function parseTime(text: string): number | null | undefined {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const ms = read(text)
  if (ms === undefined || ms === null) return ms
  if (parsed.size >= PARSED_MAX) parsed.clear()
  parsed.set(text, ms)
  return ms
}

/** Alerts of one evaluation share their times. */
const PARSED_MAX = 1_000
const parsed = new Map<string, number>()

function read(text: string): number | null | undefined {
  if (text === '') return null
  const parts = TIME.exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts
  if (Number(year) <= ZERO_YEAR) return null
  const offset = /^z$/i.test(zone) ? 'Z' : zone.replace(/^(.\d\d):?(\d\d)$/, '$1:$2')
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`,
  )
  return Number.isNaN(ms) ? undefined : ms
}

/** The error of Go's parser, which names the last format that it tries. */
export const notATime = (text: string) =>
  `parsing time ${JSON.stringify(text)} as "2006-01-02 15:04:05": cannot parse ${JSON.stringify(text)} as "2006"`

/** Alerts of one request share their times, and formatting a time costs more than the rest of an alert. */
const formatted = new Map<number, string>()
const FORMATTED_MAX = 50_000

/** A time in an answer: UTC with three decimals. */
export function formatTime(ms: number): string {
  const known = formatted.get(ms)
  if (known !== undefined) return known
  if (formatted.size >= FORMATTED_MAX) formatted.clear()
  const text = new Date(ms).toISOString()
  formatted.set(ms, text)
  return text
}
