import { openingsOf, openStateOf, type StoredWindow, shownWindow } from '../../../src/alerts/silences/window'
import { changedWindow, newWindow } from '../../../src/alerts/silences/window-edit'
import { Problem } from '../../../src/base/errors'
import { by, equal } from './node'

const created = new Date('2026-01-01T00:00:00Z')
const at = (text: string) => Date.parse(text)
const windowOf = (more: Partial<StoredWindow>): StoredWindow => ({
  id: 'w',
  tenantId: by.tenantId,
  name: 'Backups',
  matchers: [equal('job', 'api')],
  cron: null,
  timezone: null,
  durationMinutes: null,
  startsAt: null,
  endsAt: null,
  enabled: true,
  createdBy: 'Ada',
  createdAt: created,
  updatedAt: created,
  ...more,
})
const nightly = (more: Partial<StoredWindow> = {}) =>
  windowOf({ cron: '30 2 * * *', timezone: 'Europe/Berlin', durationMinutes: 90, ...more })
const startsOf = (window: StoredWindow, now: string) =>
  openingsOf(window, at(now), 3).map(({ startsAt }) => new Date(startsAt).toISOString())

test('a recurring window is open from when it is due, for its duration', () => {
  expect(openStateOf(nightly(), at('2026-02-01T01:29:59Z'))).toEqual({
    isOpen: false,
    until: at('2026-02-01T01:30:00Z'),
  })
  expect(openStateOf(nightly(), at('2026-02-01T01:30:00Z'))).toEqual({
    isOpen: true,
    until: at('2026-02-01T03:00:00Z'),
  })
  expect(openStateOf(nightly(), at('2026-02-01T02:59:59Z'))).toMatchObject({ isOpen: true })
  expect(openStateOf(nightly(), at('2026-02-01T03:00:00Z'))).toEqual({
    isOpen: false,
    until: at('2026-02-02T01:30:00Z'),
  })
})

test('it follows the clocks of its time zone, where an hour is skipped or repeated', () => {
  expect(startsOf(nightly(), '2026-03-28T12:00:00Z')).toEqual([
    '2026-03-29T01:30:00.000Z', // 02:30 does not exist: 03:30 CEST
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
  ])
  expect(startsOf(nightly(), '2026-10-24T12:00:00Z')).toEqual([
    '2026-10-25T00:30:00.000Z', // the first 02:30
    '2026-10-26T01:30:00.000Z',
    '2026-10-27T01:30:00.000Z',
  ])
})

test('openings that touch are one, and an endless row of them is cut', () => {
  const joined = windowOf({ cron: '0 0,1 * * *', timezone: 'UTC', durationMinutes: 60 })
  expect(openStateOf(joined, at('2026-02-01T00:10:00Z'))).toEqual({ isOpen: true, until: at('2026-02-01T02:00:00Z') })
  const always = windowOf({ cron: '* * * * *', timezone: 'UTC', durationMinutes: 2 })
  const { isOpen, until } = openStateOf(always, at('2026-02-01T00:10:00Z'))
  expect(isOpen).toBe(true)
  expect(until).toBeGreaterThan(at('2026-02-01T00:15:00Z'))
})

test('a window that happens once, and one that is switched off', () => {
  const once = windowOf({ startsAt: new Date('2026-02-01T00:00:00Z'), endsAt: new Date('2026-02-01T01:00:00Z') })
  expect(openStateOf(once, at('2026-01-31T00:00:00Z'))).toEqual({ isOpen: false, until: at('2026-02-01T00:00:00Z') })
  expect(openStateOf(once, at('2026-02-01T00:30:00Z'))).toEqual({ isOpen: true, until: at('2026-02-01T01:00:00Z') })
  const never = { isOpen: false, until: Number.POSITIVE_INFINITY }
  expect(openStateOf(once, at('2026-02-01T01:00:00Z'))).toEqual(never)
  expect(openStateOf(nightly({ enabled: false }), at('2026-02-01T02:00:00Z'))).toEqual(never)
})

test('shows its state, its next ten times and its timing in words', () => {
  const shown = shownWindow(nightly(), at('2026-02-01T02:00:00Z'))
  expect(shown).toMatchObject({
    is_open: true,
    open_until: '2026-02-01T03:00:00.000Z',
    words: 'At 02:30 (Europe/Berlin), for 90 minutes',
  })
  expect(shown.next).toHaveLength(10)
  expect(shown.next[0]).toEqual({ starts_at: '2026-02-01T01:30:00.000Z', ends_at: '2026-02-01T03:00:00.000Z' })
})

const base = { name: 'n', matchers: [equal('a', 'b')], enabled: true }
const recurring = { ...base, cron: '0 3 * * 0', duration_minutes: 60 }
const once = { ...base, starts_at: '2026-02-01T00:00:00Z', ends_at: '2026-02-01T01:00:00Z' }

test.each([
  [{ ...base }, 'body.cron'],
  [{ ...base, cron: '0 3 * * *' }, 'body.duration_minutes'],
  [{ ...base, duration_minutes: 5 }, 'body.cron'],
  [{ ...recurring, cron: 'x' }, 'body.cron'],
  [{ ...recurring, cron: '0 0 30 2 *' }, 'body.cron'],
  [{ ...recurring, timezone: 'Mars/Base' }, 'body.timezone'],
  [{ ...recurring, ...once }, 'body.cron'],
  [{ ...base, starts_at: '2026-02-01T00:00:00Z' }, 'body.ends_at'],
  [{ ...base, ends_at: '2026-02-01T00:00:00Z' }, 'body.starts_at'],
  [{ ...once, ends_at: once.starts_at }, 'body.ends_at'],
  [{ ...recurring, matchers: [equal('a', '')] }, 'body.matchers'],
])('refuses a window and names the field: %#', (given, path) => {
  const refusal = expect.objectContaining({ status: 400, errors: [expect.objectContaining({ path })] })
  expect(() => newWindow(by, given, created)).toThrow(refusal)
  expect(() => newWindow(by, given, created)).toThrow(Problem)
})

test('a change keeps the timing, or turns one kind into the other', () => {
  const window = newWindow(by, recurring, created)
  expect(window).toMatchObject({ cron: '0 3 * * 0', timezone: 'UTC', durationMinutes: 60, createdBy: 'Ada' })
  expect(changedWindow(window, { name: 'm' }, created)).toEqual({ ...window, name: 'm' })
  expect(changedWindow(window, { duration_minutes: 30 }, created)).toEqual({ ...window, durationMinutes: 30 })
  const { starts_at, ends_at } = once
  const single = changedWindow(window, { starts_at, ends_at }, created)
  expect(single).toMatchObject({ cron: null, timezone: null, durationMinutes: null, startsAt: new Date(starts_at) })
  expect(changedWindow(single, { cron: '0 4 * * *', duration_minutes: 5 }, created)).toMatchObject({
    cron: '0 4 * * *',
    startsAt: null,
    endsAt: null,
  })
})
