import fc from 'fast-check'
import { filterOf } from '../../public/jobs/bulk'
import { filtersOf, jobParams, searchOf } from '../../public/jobs/filters'
import { groupsOf } from '../../public/jobs/groups'
import { progressOf, runDurationMs, waitedMs } from '../../public/jobs/job'
import { applyToList, type JobEvent, rowOfEvent } from '../../public/jobs/live-jobs'
import { routeOf } from '../../public/routes'
import type { Job } from '../../src/contract/jobs'
import { subjectOf } from '../../text/subject'
import { formatAgo, formatDuration } from '../../text/times'
import { parseUrl } from '../../text/url'

const NONE = filtersOf('')

const event = (type: string, job_id: string, timestamp: string, more = {}): JobEvent => ({
  type,
  timestamp,
  data: { job_id, kind: 'demo', queue: 'demo', ...more },
})

const job = (id: string, at: string): Job => rowOfEvent(event('job_created', id, at))

describe('the list of jobs', () => {
  const list = [job('b', '2026-01-01T10:00:00.000Z'), job('a', '2026-01-01T09:00:00.000Z')]

  it('adds a new job at the top, once', () => {
    const created = event('job_created', 'c', '2026-01-01T11:00:00.000Z')
    const once = applyToList(list, [created], NONE)
    expect(once.jobs.map(row => row.id)).toEqual(['c', 'b', 'a'])
    expect(once.incomplete).toBe(1)
    expect(applyToList(once.jobs, [created], NONE).jobs.map(row => row.id)).toEqual(['c', 'b', 'a'])
  })

  it('follows a job to its end', () => {
    const started_at = '2026-01-01T10:29:59.990Z'
    const start = event('job_started', 'a', '2026-01-01T10:30:00.000Z', { attempt: 1, started_at, waited_ms: 7 })
    const started = applyToList(list, [start], NONE)
    expect(started.jobs[1]).toMatchObject({ status: 'running', attempt: 1, started_at, waited_ms: 7 })
    const outcome = { level: 'bad', text: 'm' }
    const end = { started_at, ended_at: '2026-01-01T10:30:00.009Z', outcome }
    const done = applyToList(started.jobs, [event('job_failed', 'a', '2026-01-01T10:30:00.200Z', end)], NONE)
    // The times are those of the job, not of its events: a reload shows the same.
    expect(done.jobs[1]).toMatchObject({ status: 'failed', ...end, ran_ms: 19, waited_ms: 7 })
    expect(done.incomplete).toBe(1)
  })

  it('ignores events that are older than its rows', () => {
    const ended = [
      { ...job('a', '2026-01-01T09:00:00.000Z'), status: 'completed' as const, ended_at: '2026-01-01T12:00:00.000Z' },
    ]
    expect(applyToList(ended, [event('job_started', 'a', '2026-01-01T11:00:00.000Z')], NONE).jobs).toBe(ended)
    const [late] = [event('job_started', 'a', '2026-01-01T12:00:00.150Z', { attempt: 0 })]
    expect(applyToList(ended, [late], NONE).jobs).toBe(ended)
  })

  it('ignores jobs that do not match the filters, and other events', () => {
    const created = event('job_created', 'c', '2026-01-01T11:00:00.000Z')
    expect(applyToList(list, [created], { ...NONE, kind: 'crawl' }).jobs).toBe(list)
    expect(applyToList(list, [created], { ...NONE, q: 'x' }).jobs).toBe(list)
    expect(applyToList(list, [event('job_started', '0', '2026-01-01T11:00:00.000Z')], NONE).jobs).toBe(list)
    const child = event('job_created', 'c', '2026-01-01T11:00:00.000Z', { parent_id: 'b' })
    expect(applyToList(list, [child], NONE).jobs).toBe(list)
    expect(applyToList(list, [child], { ...NONE, children: '1' }).jobs).toHaveLength(3)
    expect(applyToList(list, [event('queue_stats', '', '2026-01-01T11:00:00.000Z')], NONE).jobs).toBe(list)
  })

  it('applies all events of a frame together', () => {
    const many = Array.from({ length: 500 }, (_, at) =>
      job(`m${String(at).padStart(4, '0')}`, '2026-01-01T09:00:00.000Z'),
    )
    const rows = many.toReversed()
    const events = rows.map(row => event('job_started', row.id, '2026-01-01T10:00:00.000Z'))
    const made = event('job_created', 'z', '2026-01-01T11:00:00.000Z')
    const ended = event('job_completed', 'z', '2026-01-01T11:00:01.000Z')
    const { jobs, incomplete } = applyToList(rows, [...events, made, ended], NONE)
    expect(jobs.map(row => row.id)).toEqual(['z', ...rows.map(row => row.id)])
    expect(jobs[0]?.status).toBe('completed')
    expect(jobs.slice(1).every(row => row.status === 'running')).toBe(true)
    expect(incomplete).toBe(2)
  })

  it('is split into groups with stable boundaries', () => {
    const rows = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => job(String(to - 1 - at).padStart(6, '0'), ''))
    const ends: string[] = []
    const first = groupsOf(rows(1_000, 1_120), ends)
    expect(first.map(group => group.jobs.length)).toEqual([50, 50, 20])
    const later = groupsOf(rows(1_000, 1_240), ends)
    expect(later.map(group => group.jobs.length)).toEqual([20, 50, 50, 50, 50, 20])
    expect(later.slice(3)).toEqual(first)
    expect(
      groupsOf(rows(980, 1_240), ends)
        .at(-1)
        ?.jobs.map(row => row.id),
    ).toEqual(rows(980, 1_000).map(row => row.id))
    expect(groupsOf(rows(980, 1_240), ends).flatMap(group => group.jobs)).toEqual(rows(980, 1_240))
  })
})

describe('API parameters', () => {
  it('have times for periods, and exclude child jobs by default', () => {
    const now = Date.parse('2026-01-02T00:00:00Z')
    expect(jobParams(NONE, now)).toEqual({ roots: 'true' })
    const asked = jobParams(filtersOf('?since=24h&status=failed&children=1&view=errors'), now)
    expect(asked).toEqual({ status: 'failed', since: '2026-01-01T00:00:00.000Z' })
    expect(jobParams(filtersOf('?fingerprint=abc'), now)).toEqual({ fingerprint: 'abc' })
  })
})

test('a bulk action without filters selects all jobs explicitly', () => {
  expect(filterOf(filtersOf('?children=1'))).toEqual({ all: true })
  expect(filterOf(filtersOf(''))).toEqual({ roots: true })
  expect(filterOf(filtersOf('?kind=demo&children=1'))).toEqual({ kind: 'demo' })
})

describe('a URL as users type it', () => {
  it.each([
    ['example.com', 'https://example.com/'],
    [' example.com/a?b=c ', 'https://example.com/a?b=c'],
    ['http://example.com', 'http://example.com/'],
    ['localhost:3000/health', 'http://localhost:3000/health'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    ['ftp://example.com', null],
    ['', null],
    ['two words', null],
    ['http://', null],
  ])('%s', (typed, address) => {
    expect(parseUrl(typed)).toBe(address)
  })
})

describe('paths of pages', () => {
  it.each([
    ['/', { page: 'dashboard' }],
    ['/admin/audit', { page: 'audit' }],
    ['/admin/queues', { page: 'missing' }],
    ['/queue', { page: 'jobs' }],
    ['/queues', { page: 'queues' }],
    ['/jobs/a%20b', { page: 'job', id: 'a b' }],
    ['/jobs/%', { page: 'job', id: '%' }],
    ['/logs', { page: 'logs' }],
    ['/sign-in', { page: 'sign-in' }],
    ['/jobs', { page: 'jobs' }],
    ['/jobs/a/b', { page: 'missing' }],
    ['/nothing', { page: 'missing' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual({ id: '', ...route })
  })

  it('keep filters in a round trip', () => {
    const text = fc.string({ unit: 'grapheme' }).map(value => value.toWellFormed())
    fc.assert(
      fc.property(fc.record({ status: text, kind: text, queue: text, q: text, children: text }), given => {
        const filters = { ...NONE, ...given }
        expect(filtersOf(searchOf(filters))).toEqual(filters)
      }),
    )
  })
})

describe('display texts', () => {
  it.each([
    [0.4, '0 ms'],
    [812, '812 ms'],
    [4_230, '4.2 s'],
    [185_000, '3 m 05 s'],
    [8_040_000, '2 h 14 m'],
    [273_600_000, '3 d 4 h'],
    [-5, '0 ms'],
  ])('%d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  const at = (ms: number) => new Date(ms).toISOString()

  it('tell how long a job ran, as the server has measured it', () => {
    const running = { status: 'running' as const, started_at: at(1_000), ran_ms: null }
    expect(runDurationMs(running, 5_000)).toBe(4_000)
    expect(runDurationMs({ ...running, status: 'completed', ran_ms: 19 }, 5_000)).toBe(19)
    expect(runDurationMs({ ...running, status: 'scheduled', started_at: null }, 5_000)).toBeNull()
  })

  it('tell how long a job waited for its first start', () => {
    const waiting = { status: 'pending' as const, attempt: 0, created_at: at(1_000), run_at: null, waited_ms: null }
    expect(waitedMs(waiting, 5_000)).toBe(4_000)
    expect(waitedMs({ ...waiting, status: 'scheduled', run_at: at(6_000) }, 5_000)).toBe(-1_000)
    expect(waitedMs({ ...waiting, attempt: 2, waited_ms: 30, run_at: at(4_000) }, 5_000)).toBe(30)
    expect(waitedMs({ ...waiting, status: 'cancelled' }, 5_000)).toBeNull()
  })

  it('include relative times', () => {
    const now = Date.parse('2026-01-02T00:00:00Z')
    expect(formatAgo('2026-01-02T00:00:00Z', now)).toBe('now')
    expect(formatAgo('2026-01-01T23:59:48Z', now)).toBe('12 s ago')
    expect(formatAgo('2026-01-01T20:30:00Z', now)).toBe('3 h ago')
  })

  it('describe a job by its input', () => {
    expect(subjectOf({ kind: 'health-check', input: { url: 'http://a/' } })).toBe('http://a/')
    expect(subjectOf({ kind: 'demo', input: { steps: [{ name: 'load', workers: 2, lines: 1_000 }] } })).toBe(
      'load · 2,000 lines',
    )
    expect(subjectOf({ kind: 'x', input: null })).toBe('')
  })

  it('include the progress, if the job reports it', () => {
    expect(progressOf({ done: 1, total: 4 })).toBe(0.25)
    expect(progressOf({ percent: 150 })).toBe(1)
    expect(progressOf({ phase: 'x' })).toBeNull()
    expect(progressOf(null)).toBeNull()
  })
})
