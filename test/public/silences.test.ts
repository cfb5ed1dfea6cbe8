import { addDays, daysFrom, type Opening, startOfWeek } from '../../public/silences/calendar-days'
import { extendedEnd, localField, matchersOf, rowsOf, timeOfField } from '../../public/silences/draft'
import { windowTimingBody, windowTimingOf } from '../../public/silences/window-timing'

const HOUR_MS = 3_600_000
/** Local midnight of a Thursday. */
const DAY = new Date(2026, 0, 15).getTime()
const opening = (name: string, fromHours: number, toHours: number): Opening => ({
  window: { id: name, name, enabled: true },
  from: DAY + fromHours * HOUR_MS,
  to: DAY + toHours * HOUR_MS,
})

test('an extension counts from the end, or from now if that is past', () => {
  expect(extendedEnd('2026-01-01T10:00:00.000Z', HOUR_MS, Date.parse('2026-01-01T09:00:00Z'))).toBe(
    '2026-01-01T11:00:00.000Z',
  )
  expect(extendedEnd('2026-01-01T10:00:00.000Z', HOUR_MS, Date.parse('2026-01-01T12:00:00Z'))).toBe(
    '2026-01-01T13:00:00.000Z',
  )
})

test('matchers without a name are left out, and there is always a row to fill in', () => {
  expect(rowsOf([])).toHaveLength(1)
  const rows = [...rowsOf([{ name: ' team ', op: '=~', value: ' web' }]), ...rowsOf([])]
  expect(matchersOf(rows)).toEqual([{ name: 'team', op: '=~', value: ' web' }])
})

test('local times are read as they are written', () => {
  expect(timeOfField(localField(DAY + 90 * 60_000))).toBe(new Date(DAY + 90 * 60_000).toISOString())
  expect(timeOfField('')).toBeNull()
})

test('a week begins on a Monday', () => {
  expect(new Date(startOfWeek(DAY)).getDay()).toBe(1)
  expect(addDays(startOfWeek(DAY), 3)).toBe(DAY)
  expect(startOfWeek(startOfWeek(DAY))).toBe(startOfWeek(DAY))
})

test('what lasts over midnight is on both days, and what overlaps stands side by side', () => {
  const openings = [
    opening('night', 23, 26),
    opening('a', 1, 4),
    opening('b', 2, 3),
    opening('c', 3, 5),
    opening('d', 6, 7),
  ]
  const [first, second, third] = daysFrom(DAY, 3, openings)
  const placed = first?.parts.map(({ opening: { window }, lane, lanes }) => [window.name, lane, lanes])
  expect(placed).toEqual([
    ['a', 0, 2],
    ['b', 1, 2],
    ['c', 1, 2],
    ['d', 0, 1],
    ['night', 0, 1],
  ])
  const midnight = addDays(DAY, 1)
  expect(first?.parts.at(-1)).toMatchObject({ from: DAY + 23 * HOUR_MS, to: midnight })
  expect(second?.parts).toMatchObject([{ from: midnight, to: DAY + 26 * HOUR_MS }])
  expect(third?.parts).toEqual([])
})

test('a window repeats, or is open once', () => {
  const fields = windowTimingOf(null)
  expect(fields.mode).toBe('cron')
  expect(windowTimingBody({ ...fields, cron: ' 0 3 * * * ', timezone: 'Europe/Berlin', minutes: '90' })).toEqual({
    cron: '0 3 * * *',
    timezone: 'Europe/Berlin',
    duration_minutes: 90,
  })
  expect(() => windowTimingBody({ ...fields, minutes: '0' })).toThrow('minutes')
  const once = { ...fields, mode: 'once' as const, start: localField(DAY), end: localField(DAY + HOUR_MS) }
  expect(windowTimingBody(once)).toEqual({
    starts_at: new Date(DAY).toISOString(),
    ends_at: new Date(DAY + HOUR_MS).toISOString(),
  })
  expect(() => windowTimingBody({ ...once, end: '' })).toThrow('ends')
})
