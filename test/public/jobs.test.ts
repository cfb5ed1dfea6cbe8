import fc from 'fast-check'
import { addressOf } from '../../public/jobs/address'
import { type Job, shareDone, subjectOf } from '../../public/jobs/job'
import { applyToList, type JobEvent, rowOfEvent } from '../../public/jobs/list'
import { agoOf, spanOf } from '../../public/jobs/times'
import { filtersOf, routeOf, searchOf } from '../../public/routes'

const NONE = { status: '', kind: '', queue: '', q: '', children: '' }

const event = (type: string, job_id: string, timestamp: string, more = {}): JobEvent => ({
  type,
  timestamp,
  data: { job_id, kind: 'demo', queue: 'demo', ...more },
})

const job = (id: string, at: string): Job => rowOfEvent(event('job_created', id, at))

describe('the list of jobs', () => {
  const list = [job('b', '2026-01-01T10:00:00.000Z'), job('a', '2026-01-01T09:00:00.000Z')]

  it('takes new jobs at the top, once', () => {
    const created = event('job_created', 'c', '2026-01-01T11:00:00.000Z')
    const once = applyToList(list, created, NONE)
    expect(once.jobs.map(row => row.id)).toEqual(['c', 'b', 'a'])
    expect(once.isIncomplete).toBe(true)
    expect(applyToList(once.jobs, created, NONE).jobs.map(row => row.id)).toEqual(['c', 'b', 'a'])
  })

  it('follows a job to its end', () => {
    const started = applyToList(list, event('job_started', 'a', '2026-01-01T10:30:00.000Z', { attempt: 1 }), NONE)
    expect(started.jobs[1]).toMatchObject({ status: 'running', attempt: 1, started_at: '2026-01-01T10:30:00.000Z' })
    const done = applyToList(started.jobs, event('job_failed', 'a', '2026-01-01T10:31:00.000Z'), NONE)
    expect(done.jobs[1]).toMatchObject({ status: 'failed', ended_at: '2026-01-01T10:31:00.000Z' })
    expect(done.isIncomplete).toBe(true)
  })

  it('is not moved by what is older than it knows', () => {
    const ended = [
      { ...job('a', '2026-01-01T09:00:00.000Z'), status: 'completed' as const, ended_at: '2026-01-01T12:00:00.000Z' },
    ]
    expect(applyToList(ended, event('job_started', 'a', '2026-01-01T11:00:00.000Z'), NONE).jobs).toBe(ended)
  })

  it('leaves out what does not fit the filters, and what is none of its business', () => {
    const created = event('job_created', 'c', '2026-01-01T11:00:00.000Z')
    expect(applyToList(list, created, { ...NONE, kind: 'crawl' }).jobs).toBe(list)
    expect(applyToList(list, created, { ...NONE, q: 'x' }).jobs).toBe(list)
    expect(applyToList(list, event('job_started', '0', '2026-01-01T11:00:00.000Z'), NONE).jobs).toBe(list)
    const child = event('job_created', 'c', '2026-01-01T11:00:00.000Z', { parent_id: 'b' })
    expect(applyToList(list, child, NONE).jobs).toBe(list)
    expect(applyToList(list, child, { ...NONE, children: '1' }).jobs).toHaveLength(3)
    expect(applyToList(list, event('queue_stats', '', '2026-01-01T11:00:00.000Z'), NONE).jobs).toBe(list)
  })
})

describe('what is typed as an address', () => {
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
    expect(addressOf(typed)).toBe(address)
  })
})

describe('addresses of pages', () => {
  it.each([
    ['/', { page: 'queue' }],
    ['/queue', { page: 'queue' }],
    ['/jobs/a%20b', { page: 'job', id: 'a b' }],
    ['/jobs/%', { page: 'job', id: '%' }],
    ['/logs', { page: 'logs' }],
    ['/sign-in', { page: 'sign-in' }],
    ['/jobs', { page: 'missing' }],
    ['/jobs/a/b', { page: 'missing' }],
    ['/nothing', { page: 'missing' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route)
  })

  it('carry the filters there and back', () => {
    const text = fc.string({ unit: 'grapheme' }).map(value => value.toWellFormed())
    fc.assert(
      fc.property(fc.record({ status: text, kind: text, queue: text, q: text, children: text }), filters => {
        expect(filtersOf(searchOf(filters))).toEqual(filters)
      }),
    )
  })
})

describe('words for people', () => {
  it.each([
    [0.4, '0 ms'],
    [812, '812 ms'],
    [4_230, '4.2 s'],
    [185_000, '3 m 05 s'],
    [8_040_000, '2 h 14 m'],
    [273_600_000, '3 d 4 h'],
    [-5, '0 ms'],
  ])('%d ms', (ms, text) => {
    expect(spanOf(ms)).toBe(text)
  })

  it('tell how long ago it was', () => {
    const now = Date.parse('2026-01-02T00:00:00Z')
    expect(agoOf('2026-01-02T00:00:00Z', now)).toBe('now')
    expect(agoOf('2026-01-01T23:59:48Z', now)).toBe('12 s ago')
    expect(agoOf('2026-01-01T20:30:00Z', now)).toBe('3 h ago')
  })

  it('tell what a job is about', () => {
    expect(subjectOf({ kind: 'health-check', input: { url: 'http://a/' } })).toBe('http://a/')
    expect(subjectOf({ kind: 'demo', input: { steps: [{ name: 'load', workers: 2, lines: 1_000 }] } })).toBe(
      'load · 2,000 lines',
    )
    expect(subjectOf({ kind: 'x', input: null })).toBe('')
  })

  it('tell how much is done, if anything does', () => {
    expect(shareDone({ done: 1, total: 4 })).toBe(0.25)
    expect(shareDone({ percent: 150 })).toBe(1)
    expect(shareDone({ phase: 'x' })).toBeNull()
    expect(shareDone(null)).toBeNull()
  })
})
