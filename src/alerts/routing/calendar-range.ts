/** A range of whole numbers, both ends included. */
export interface Range {
  from: number
  to: number
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/
const NUMBER = /^-?\d{1,4}$/
const DAY_MAX = 31
/** Days that every month has. */
const DAYS_ALWAYS = 28
const MINUTES_PER_DAY = 24 * 60

/** The parsers throw a RangeError that says what is wrong, in words; the rules are Alertmanager's. */
const wrong = (message: string) => new RangeError(message)

/** @param text `monday` or `monday:friday`; a range does not go over the end of the week, which begins with Sunday */
export const weekdays = (text: string): Range =>
  ordered(
    text,
    rangeOf(text, name => {
      const day = WEEKDAYS.indexOf(name)
      if (day < 0) throw wrong(`"${name}" is not a day of the week, such as "monday".`)
      return day
    }),
  )

/** @param text `january`, `1` or `january:march` */
export const months = (text: string): Range =>
  ordered(
    text,
    rangeOf(text, name => {
      const month = NUMBER.test(name) ? Number(name) : MONTHS.indexOf(name) + 1
      if (month < 1 || month > MONTHS.length) throw wrong(`"${name}" is not a month, such as "january" or "1".`)
      return month
    }),
  )

/** @param text `2030` or `2030:2032` */
export const years = (text: string): Range =>
  ordered(
    text,
    rangeOf(text, name => wholeNumber(name, 'a year, such as "2030"')),
  )

/** @param text `1`, `1:5`, or from the end of the month: `-1` is its last day */
export function daysOfMonth(text: string): Range {
  const range = rangeOf(text, dayOfMonth)
  if (range.from < 0 && range.to > 0)
    throw wrong(`"${text}" begins at the end of the month, so it must end there, too: "-3:-1".`)
  const counted = (day: number) => (day < 0 ? DAYS_ALWAYS + day : day)
  if (counted(range.from) > counted(range.to)) throw wrong(`"${text}" ends before it begins.`)
  return range
}

function dayOfMonth(name: string): number {
  const day = wholeNumber(name, 'a day of the month, such as "1", or "-1" for the last one')
  if (day === 0 || Math.abs(day) > DAY_MAX) throw wrong(`There is no day ${name} in any month.`)
  return day
}

/** Minutes of the day, the end not included. */
export function minutes({ start_time, end_time }: { start_time: string; end_time: string }): Range {
  const [from, to] = [minuteOf(start_time), minuteOf(end_time)]
  if (from >= to) throw wrong(`${start_time} is not before ${end_time}: for a time over midnight, use two of them.`)
  return { from, to }
}

function minuteOf(time: string): number {
  const found = TIME.exec(time)
  if (!found) throw wrong(`"${time}" is not a time between "00:00" and "24:00".`)
  return found[1] === undefined ? MINUTES_PER_DAY : Number(found[1]) * 60 + Number(found[2])
}

function rangeOf(text: string, read: (name: string) => number): Range {
  const [from = '', to = from, ...more] = text.toLowerCase().split(':')
  if (more.length) throw wrong(`"${text}" has more than one colon.`)
  return { from: read(from), to: read(to) }
}

function ordered(text: string, range: Range): Range {
  if (range.from > range.to) throw wrong(`"${text}" ends before it begins: use two entries.`)
  return range
}

function wholeNumber(text: string, what: string): number {
  if (!NUMBER.test(text)) throw wrong(`"${text}" is not ${what}.`)
  return Number(text)
}
