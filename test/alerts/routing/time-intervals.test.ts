import { calendarOf } from '../../../src/alerts/routing/calendar'
import { faultsOfInterval } from '../../../src/alerts/routing/interval-faults'
import { NamedInterval } from '../../../src/alerts/routing/named-interval'
import type { TimeInterval } from '../../../src/contract/alert-routes'

const ms = (time: string) => Date.parse(time)
const iso = (time: number) => new Date(time).toISOString()
const isOpen = (time: string, ...entries: TimeInterval[]) => new NamedInterval('test', entries).at(ms(time)).isOpen
/** The next changes after a time. */
function changes(from: string, count: number, ...entries: TimeInterval[]) {
  const interval = new NamedInterval('test', entries)
  const found: string[] = []
  for (let at = ms(from); found.length < count; found.push(iso(at))) at = interval.at(at).until
  return found
}
const messages = (interval: TimeInterval) =>
  faultsOfInterval(interval, 'i').map(({ path, message }) => `${path}: ${message}`)

const office: TimeInterval = { times: [{ start_time: '09:00', end_time: '17:00' }], weekdays: ['monday:friday'] }

test('a time begins with its first minute and ends before its last', () => {
  expect(isOpen('2030-01-07T08:59:59.999Z', office)).toBe(false)
  expect(isOpen('2030-01-07T09:00:00Z', office)).toBe(true)
  expect(isOpen('2030-01-07T16:59:59.999Z', office)).toBe(true)
  expect(isOpen('2030-01-07T17:00:00Z', office)).toBe(false)
})

test('24:00 is the end of the day', () => {
  const evening = { times: [{ start_time: '20:00', end_time: '24:00' }] }
  expect(isOpen('2030-01-07T23:59:59.999Z', evening)).toBe(true)
  expect(isOpen('2030-01-08T00:00:00Z', evening)).toBe(false)
  expect(changes('2030-01-07T20:00:00Z', 2, evening)).toEqual(['2030-01-08T00:00:00.000Z', '2030-01-08T20:00:00.000Z'])
})

test('fields are combined, entries are alternatives', () => {
  expect(isOpen('2030-01-05T10:00:00Z', office)).toBe(false) // a Saturday
  expect(isOpen('2030-01-05T10:00:00Z', office, { weekdays: ['saturday'] })).toBe(true)
  expect(isOpen('2030-01-05T10:00:00Z', { weekdays: ['Saturday', 'sunday'], months: ['february'] })).toBe(false)
  expect(isOpen('2030-01-05T10:00:00Z', {})).toBe(true)
  expect(isOpen('2030-01-05T10:00:00Z')).toBe(false)
})

test('days count from either end of the month, and stay within it', () => {
  expect(isOpen('2030-02-28T12:00:00Z', { days_of_month: ['-1'] })).toBe(true)
  expect(isOpen('2032-02-28T12:00:00Z', { days_of_month: ['-1'] })).toBe(false) // a leap year
  expect(isOpen('2030-02-28T12:00:00Z', { days_of_month: ['25:31'] })).toBe(true)
  expect(isOpen('2030-02-28T12:00:00Z', { days_of_month: ['31'] })).toBe(false)
  expect(isOpen('2030-02-01T12:00:00Z', { days_of_month: ['-31:-28'] })).toBe(true)
  expect(isOpen('2030-04-02T12:00:00Z', { days_of_month: ['-31:-30'] })).toBe(false)
  expect(isOpen('2030-04-28T12:00:00Z', { days_of_month: ['1:-3'] })).toBe(true)
  expect(isOpen('2030-04-29T12:00:00Z', { days_of_month: ['1:-3'] })).toBe(false)
})

test('months by name or number, and years', () => {
  const winter = { months: ['november:december', '1:2'], years: ['2029:2030'] }
  expect(isOpen('2030-02-28T23:59:00Z', winter)).toBe(true)
  expect(isOpen('2030-03-01T00:00:00Z', winter)).toBe(false)
  expect(isOpen('2031-01-01T00:00:00Z', winter)).toBe(false)
  expect(changes('2030-03-01T00:00:00Z', 2, winter)).toEqual(['2030-11-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'])
})

test('clocks of a place decide, also on the days on which they change', () => {
  const night = { times: [{ start_time: '01:30', end_time: '03:00' }], location: 'Europe/Berlin' }
  // forward at 2:00 in March: half an hour remains; back at 3:00 in October: two hours and a half
  expect(changes('2030-03-31T00:00:00Z', 2, night)).toEqual(['2030-03-31T00:30:00.000Z', '2030-03-31T01:00:00.000Z'])
  expect(changes('2030-10-26T22:00:00Z', 2, night)).toEqual(['2030-10-26T23:30:00.000Z', '2030-10-27T02:00:00.000Z'])
  const twice = { times: [{ start_time: '02:15', end_time: '02:30' }], location: 'Europe/Berlin' }
  expect(changes('2030-10-26T22:00:00Z', 4, twice)).toEqual([
    '2030-10-27T00:15:00.000Z',
    '2030-10-27T00:30:00.000Z',
    '2030-10-27T01:15:00.000Z',
    '2030-10-27T01:30:00.000Z',
  ])
  const never = changes('2030-03-30T12:00:00Z', 1, { ...twice, days_of_month: ['31'], months: ['3'], years: ['2030'] })
  expect(ms(never[0] as string)).toBeGreaterThan(ms('2031-04-01T00:00:00Z'))
})

test('a weekday begins at midnight of its place', () => {
  expect(isOpen('2030-01-06T15:00:00Z', { weekdays: ['monday'], location: 'Asia/Tokyo' })).toBe(true)
  expect(isOpen('2030-01-06T14:59:59Z', { weekdays: ['monday'], location: 'Asia/Tokyo' })).toBe(false)
})

test('the next change agrees with asking again and again', () => {
  const entries: TimeInterval[] = [
    { times: [{ start_time: '22:00', end_time: '24:00' }], weekdays: ['friday'], location: 'America/New_York' },
    { times: [{ start_time: '00:00', end_time: '01:30' }], location: 'Australia/Lord_Howe' },
    { days_of_month: ['-2:-1'], months: ['october:november'] },
  ]
  const calendars = entries.map(calendarOf)
  const from = '2030-10-20T00:00:00.000Z'
  const asked: string[] = []
  let was = false
  for (let at = ms(from); at < ms('2030-11-05T00:00:00Z'); at += 15 * 60_000) {
    const is = calendars.some(calendar => calendar.contains(at))
    if (is !== was) asked.push(iso(at))
    was = is
  }
  expect(asked.length).toBeGreaterThan(30)
  expect(changes(from, asked.length, ...entries)).toEqual(asked)
})

test('each fault is named', () => {
  expect(messages(office)).toEqual([])
  expect(
    messages({
      times: [
        { start_time: '9:00', end_time: '17:00' },
        { start_time: '17:00', end_time: '09:00' },
        { start_time: '10:00', end_time: '24:01' },
      ],
      weekdays: ['saturday:sunday', 'mon'],
      days_of_month: ['0', '-3:3', '10:5', '32', '1:2:3'],
      months: ['13', 'november:february'],
      years: ['2031:2030', 'soon'],
      location: 'Berlin',
    }),
  ).toEqual([
    'i.times.0: "9:00" is not a time between "00:00" and "24:00".',
    'i.times.1: 17:00 is not before 09:00: for a time over midnight, use two of them.',
    'i.times.2: "24:01" is not a time between "00:00" and "24:00".',
    'i.weekdays.0: "saturday:sunday" ends before it begins: use two entries.',
    'i.weekdays.1: "mon" is not a day of the week, such as "monday".',
    'i.days_of_month.0: There is no day 0 in any month.',
    'i.days_of_month.1: "-3:3" begins at the end of the month, so it must end there, too: "-3:-1".',
    'i.days_of_month.2: "10:5" ends before it begins.',
    'i.days_of_month.3: There is no day 32 in any month.',
    'i.days_of_month.4: "1:2:3" has more than one colon.',
    'i.months.0: "13" is not a month, such as "january" or "1".',
    'i.months.1: "november:february" ends before it begins: use two entries.',
    'i.years.0: "2031:2030" ends before it begins: use two entries.',
    'i.years.1: "soon" is not a year, such as "2030".',
    'i.location: There is no time zone "Berlin": use one such as "Europe/Berlin".',
  ])
  expect(messages({ times: [], weekdays: [] })).toHaveLength(2)
})
