import { CronExpressionParser } from 'cron-parser'
import { faultOfCron, nextOfCron } from '../../../src/jobs/timing/cron'
import { wordsOf } from '../../../src/jobs/timing/words'
import { offsetAt } from '../../../src/jobs/timing/zone'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOW = Date.parse('2026-11-29T12:00:00Z')

/** All times between two instants. */
function timesOf(cron: string, zone: string, from: number, to: number): string[] {
  const times: string[] = []
  for (let at = nextOfCron(cron, zone, from); at !== null && at < to; at = nextOfCron(cron, zone, at))
    times.push(new Date(at).toISOString().slice(0, 16))
  return times
}

describe('where clocks are put forward, what was due in the skipped time comes due that much later, once', () => {
  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28', ['2026-03-28T01:30', '2026-03-29T01:30', '2026-03-30T00:30']],
    ['30 1-3 * * *', 'Europe/Berlin', '2026-03-29', ['2026-03-29T00:30', '2026-03-29T01:30', '2026-03-29T23:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-08', ['2026-03-08T07:30', '2026-03-09T06:30', '2026-03-10T06:30']],
    // midnight itself is skipped
    ['0 0 * * *', 'America/Santiago', '2026-09-05', ['2026-09-05T04:00', '2026-09-06T04:00', '2026-09-07T03:00']],
    // by half an hour
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02', ['2026-10-02T15:45', '2026-10-03T15:45', '2026-10-04T15:15']],
  ])('%s in %s', (cron, zone, day, expected) => {
    const from = Date.parse(`${day}T00:00:00Z`)
    expect(timesOf(cron, zone, from, from + 30 * 24 * HOUR_MS).slice(0, 3)).toEqual(expected)
  })
})

describe('where clocks are put back, certain hours come due once, and every hour goes on by elapsed time', () => {
  test.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
    ['30 1 * * *', 'America/New_York', '2026-10-31', ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30']],
    ['0 * * * *', 'Europe/Berlin', '2026-10-25', ['2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T03:00']],
  ])('%s in %s', (cron, zone, day, expected) => {
    const from = Date.parse(`${day}T00:00:00Z`)
    expect(timesOf(cron, zone, from, from + 5 * 24 * HOUR_MS).slice(0, 3)).toEqual(expected)
  })
})

/** The same rules, minute by minute. */
function slowTimesOf(cron: string, zone: string, from: number, to: number): string[] {
  const isHourly = CronExpressionParser.parse(cron).fields.hour.values.length === 24
  const isDue = (shown: number) =>
    CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(shown - 1) })
      .next()
      .getTime() === shown
  const found = new Set<number>()
  const seen = new Set<number>()
  for (let at = from - 3 * HOUR_MS; at < to; at += MINUTE_MS) {
    const [offset, before] = [offsetAt(zone, at), offsetAt(zone, at - MINUTE_MS)]
    for (let shown = at + before; !isHourly && shown < at + offset; shown += MINUTE_MS)
      if (isDue(shown)) found.add(shown - before)
    const shown = at + offset
    if (isDue(shown) && (isHourly || !seen.has(shown))) found.add(at)
    seen.add(shown)
  }
  const times = [...found].filter(at => at > from && at < to).sort((a, b) => a - b)
  return times.map(at => new Date(at).toISOString().slice(0, 16))
}

test.each([
  ['Australia/Lord_Howe', '2026-10-03T12:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T12:00:00Z'],
  ['America/Santiago', '2026-09-06T00:00:00Z'],
  ['America/Santiago', '2026-04-05T00:00:00Z'],
  ['Africa/Casablanca', '2026-03-22T00:00:00Z'],
])('around the change of clocks in %s (%s) every minute is right', (zone, at) => {
  const from = Date.parse(at)
  for (const cron of ['*/20 * * * *', '30 * * * *', '0 0 * * *', '*/15 1-3 * * *', '30 23 * * *']) {
    const to = from + 8 * HOUR_MS
    expect([cron, timesOf(cron, zone, from, to)]).toEqual([cron, slowTimesOf(cron, zone, from, to)])
  }
})

test.each([
  ['0 0 31 2 *', /never comes due/],
  ['0 0 31 4,6,9,11 *', /never comes due/],
  ['', /empty/],
  ['61 * * * *', /not a cron expression/],
  ['* *', /five fields/],
  ['0 0 0 1 1 * 2030', /five fields/],
  ['@reboot', /not a cron expression/],
  ['H * * * *', /H is not supported/],
  ['*/0 * * * *', /not a cron expression/],
  ['*/90 * * * *', /a step of 90 is too large/],
  ['0 0 1 */13 *', /a step of 13 is too large/],
])('%j is refused', (cron, message) => {
  expect(faultOfCron(cron, NOW)).toMatch(message)
})

test.each([
  '0 0 29 2 *',
  '*/5 * * * * *',
  '0 */12 */10 * *',
  '@daily',
  '0 9 * MAR thu-fri',
  '0 0 L * *',
  '0 8 * * 1#2',
])('%s is taken', cron => expect(faultOfCron(cron, NOW)).toBeUndefined())

test.each([
  [{ every_ms: 1_000, cron: null }, 'Every second'],
  [{ every_ms: 90_000, cron: null }, 'Every 90 seconds'],
  [{ every_ms: 7_200_000, cron: null }, 'Every 2 hours'],
  [{ every_ms: null, cron: '0 8 * * 1-5' }, 'At 08:00, Monday through Friday'],
  [{ every_ms: null, cron: '@weekdays' }, 'At 00:00, Monday through Friday'],
])('%j in words: %s', (timing, words) => {
  expect(wordsOf(timing)).toBe(words)
})
