import type { Db } from '../../base/db'
import { DAY_MS } from '../../base/partitions'
import type { HistoryState, HistoryWindow, Uptime } from '../../contract/monitor-history'
import { HISTORY_STATES } from '../../contract/values'
import { type DaySum, findLastCheck, listDaySums, listOutages, listSpans, type StateSpan } from './uptime-store'
import { WINDOW_MS } from './windows'

const HOUR_MS = 3_600_000
const OUTAGES_MAX = 100

/** Milliseconds by state. */
type Times = Record<HistoryState, number>

/** A time in one state, in ms. */
interface Span {
  from: number
  to: number
  state: HistoryState
}

/**
 * Uptime over a window. Whole days that have been summed up are taken from there, so that its cost depends on the
 * changes of today.
 */
export async function uptimeOf(db: Db, monitorId: string, window: HistoryWindow, now: number): Promise<Uptime> {
  const from = now - WINDOW_MS[window]
  const barMs = window === '24h' ? HOUR_MS : DAY_MS
  const firstWhole = Math.ceil(from / DAY_MS) * DAY_MS
  const days = window === '24h' ? [] : await listDaySums(db, monitorId, new Date(firstWhole))
  const since = wholeUntil(days, firstWhole)
  const [edge, recent, outages] = await Promise.all([
    days.length ? spansOf(db, monitorId, from, firstWhole) : [],
    spansOf(db, monitorId, days.length ? since : from, now),
    listOutages(db, monitorId, new Date(from), OUTAGES_MAX),
  ])
  const bars = barsOf({
    from,
    now,
    barMs,
    spans: [...edge, ...recent],
    days: days.filter(({ at }) => at.getTime() < since),
  })
  const total = sum(bars.map(({ times }) => times))
  return {
    window,
    from: iso(from),
    to: iso(now),
    uptime_percent: percentUp(total),
    seconds: inSeconds(total),
    bars: bars.map(bar => ({ from: iso(bar.from), to: iso(bar.to), seconds: inSeconds(bar.times) })),
    outages: outages.map(outage => shownOutage(outage, now)),
  }
}

/** Of known time; null if there is none. */
export function percentUp({ up, down }: Pick<Times, 'up' | 'down'>): number | null {
  return up + down > 0 ? Math.round((up / (up + down)) * 100_000) / 1_000 : null
}

/** The end of the days in a row that have been summed up. */
function wholeUntil(days: readonly DaySum[], first: number): number {
  let until = first
  for (const { at } of days) if (at.getTime() === until) until += DAY_MS
  return until
}

/** Since when nothing is known: a monitor that should have been checked by now has not been. */
async function unknownSince(db: Db, monitorId: string, now: number): Promise<number | undefined> {
  const last = await findLastCheck(db, monitorId)
  if (!last?.checked_at) return undefined
  const due = last.checked_at.getTime() + last.allowed_ms
  return due < now ? due : undefined
}

async function spansOf(db: Db, monitorId: string, from: number, to: number): Promise<Span[]> {
  const stored = await listSpans(db, monitorId, new Date(from))
  const unknown = await unknownSince(db, monitorId, to)
  return stored
    .flatMap(({ at, until, state }) => {
      const span = { from: Math.max(at.getTime(), from), to: Math.min(until?.getTime() ?? to, to), state }
      const isOpen = until === null && (state === 'up' || state === 'down' || state === 'maintenance')
      if (!isOpen || unknown === undefined || unknown >= span.to) return [span]
      return [
        { ...span, to: unknown },
        { from: Math.max(unknown, span.from), to: span.to, state: 'unknown' as const },
      ]
    })
    .filter(span => span.to > span.from)
}

interface Bar {
  from: number
  to: number
  times: Times
}

interface BarInput {
  from: number
  now: number
  barMs: number
  spans: readonly Span[]
  days: readonly DaySum[]
}

function barsOf({ from, now, barMs, spans, days }: BarInput): Bar[] {
  const bars: Bar[] = []
  for (let at = Math.floor(from / barMs) * barMs; at < now; at += barMs)
    bars.push({ from: Math.max(at, from), to: Math.min(at + barMs, now), times: noTimes() })
  for (const { at, states } of days) {
    const bar = bars.find(each => each.from === at.getTime())
    if (bar) bar.times = { ...noTimes(), ...states }
  }
  for (const span of spans) for (const bar of bars) add(bar, span)
  return bars
}

function add(bar: Bar, { from, to, state }: Span) {
  const ms = Math.min(to, bar.to) - Math.max(from, bar.from)
  if (ms > 0) bar.times[state] += ms
}

const noTimes = (): Times => ({ up: 0, down: 0, pending: 0, paused: 0, maintenance: 0, unknown: 0 })

function sum(all: readonly Times[]): Times {
  const total = noTimes()
  for (const times of all) for (const state of HISTORY_STATES) total[state] += times[state]
  return total
}

const inSeconds = (times: Times) => {
  const seconds = noTimes()
  for (const state of HISTORY_STATES) seconds[state] = Math.round(times[state]) / 1_000
  return seconds
}

function shownOutage({ at, until, error }: StateSpan, now: number) {
  const to = until?.getTime() ?? null
  return {
    from: at.toISOString(),
    to: to === null ? null : iso(to),
    seconds: ((to ?? now) - at.getTime()) / 1_000,
    error,
  }
}

const iso = (ms: number) => new Date(ms).toISOString()
