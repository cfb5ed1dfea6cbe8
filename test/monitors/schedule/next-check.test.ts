import { deadlineOf } from '../../../src/monitors/schedule/next-check'

const beat = (cron: string | undefined, last: string, timezone = 'Europe/Berlin') =>
  deadlineOf({
    id: 'x',
    type: 'push',
    interval_seconds: 3_600,
    settings: { grace_seconds: 60, ...(cron && { cron, timezone }) },
    created_at: new Date('2026-01-01T00:00:00Z'),
    checked_at: new Date(last),
  })?.toISOString()

test('a heartbeat is expected an interval after the last one, plus its grace', () => {
  expect(beat(undefined, '2026-05-01T10:00:00Z')).toBe('2026-05-01T11:01:00.000Z')
})

test('by cron it is expected at local times, across both changes of the clock', () => {
  expect(beat('30 6 * * *', '2026-03-28T05:30:05Z')).toBe('2026-03-29T04:31:00.000Z') // summer time has begun
  expect(beat('30 6 * * *', '2026-10-24T04:30:05Z')).toBe('2026-10-25T05:31:00.000Z') // it has ended
  expect(beat('30 2 * * *', '2026-03-28T01:30:05Z', 'UTC')).toBe('2026-03-28T02:31:00.000Z')
})
