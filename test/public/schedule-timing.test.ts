import { isTimingOf, timingFieldsOf, timingOf } from '../../public/schedules/timing'
import { formatInZone } from '../../text/times'

const NONE = { every_seconds: null, cron: null, timezone: null }

test.each([
  [90, '90', 'seconds'],
  [300, '5', 'minutes'],
  [7_200, '2', 'hours'],
  [172_800, '2', 'days'],
])('an interval of %d seconds is shown as %s %s, and read as the same', (every_seconds, count, unit) => {
  const fields = timingFieldsOf({ ...NONE, every_seconds })
  expect(fields).toMatchObject({ mode: 'interval', count, unit })
  expect(timingOf(fields)).toEqual({ every_seconds })
})

test('a cron expression without a time zone is in UTC', () => {
  const schedule = { ...NONE, cron: '@daily', timezone: 'UTC' }
  const fields = timingFieldsOf(schedule)
  expect(fields).toMatchObject({ mode: 'cron', cron: '@daily', timezone: 'UTC' })
  const timing = timingOf({ ...fields, cron: ' @daily ', timezone: '' })
  expect(timing).toEqual({ cron: '@daily' })
  expect(timing && isTimingOf(schedule, timing)).toBe(true)
  expect(isTimingOf(schedule, { cron: '@daily', timezone: 'Asia/Tokyo' })).toBe(false)
})

test('what is not complete is no timing', () => {
  const fields = timingFieldsOf(null)
  expect(timingOf({ ...fields, cron: ' ' })).toBeNull()
  for (const count of ['', '0', 'x']) expect(timingOf({ ...fields, mode: 'interval', count })).toBeNull()
})

test('a time is shown in the time zone of its schedule, with the offset of that day', () => {
  expect(formatInZone('2026-03-28T05:30:00.000Z', 'Europe/Berlin')).toBe('Sat 2026-03-28 06:30:00 GMT+1')
  expect(formatInZone('2026-03-29T04:30:00.000Z', 'Europe/Berlin')).toBe('Sun 2026-03-29 06:30:00 GMT+2')
  expect(formatInZone('2026-03-29T18:30:00.000Z', 'UTC')).toBe('Sun 2026-03-29 18:30:00 GMT+0')
})
