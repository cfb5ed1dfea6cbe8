import { z } from 'zod'
import { check } from './checks'
import { byId, page, paging, several, time } from './fields'
import type { Routes } from './route'
import { HISTORY_STATES, HISTORY_WINDOWS } from './values'

export const historyState = z.enum(HISTORY_STATES)
export type HistoryState = z.output<typeof historyState>
export const historyWindow = z.enum(HISTORY_WINDOWS)
export type HistoryWindow = z.output<typeof historyWindow>

const seconds = z.record(historyState, z.number())
const bar = z.object({ from: time, to: time, seconds })
const outage = z.object({
  from: time,
  /** Null: it lasts. */ to: time.nullable(),
  seconds: z.number(),
  error: z.string().nullable(),
})
export type Outage = z.output<typeof outage>

export const uptime = z.object({
  window: historyWindow,
  from: time,
  to: time,
  /** Of the time that is known to be up or down; null if there is none. */
  uptime_percent: z.number().nullable(),
  seconds,
  /** Hours of `24h`, otherwise days (UTC), oldest first. */
  bars: z.array(bar),
  /** The latest hundred, newest first. */
  outages: z.array(outage),
})
export type Uptime = z.output<typeof uptime>

const percentiles = { p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() }
const latencyPoint = z.object({
  at: time,
  ...percentiles,
  checks: z.number(),
  failures: z.number(),
  /** Mean of each phase. */
  phases_ms: check.shape.phases_ms,
})
export const latency = z.object({
  window: historyWindow,
  from: time,
  to: time,
  /** Of checks that succeeded. Null: there are none. */
  ...percentiles,
  checks: z.number(),
  failures: z.number(),
  /** By hour, of `90d` by day; oldest first, without those that had no checks. */
  points: z.array(latencyPoint),
})
export type Latency = z.output<typeof latency>

export const monitorHistoryRoutes = {
  checks: {
    method: 'get',
    path: '/api/monitors/{id}/checks',
    role: 'viewer',
    summary: 'Lists checks, the newest first.',
    params: byId,
    query: z.strictObject({
      status: several(check.shape.status).optional(),
      /** Only those before this time. */
      before: time.optional(),
      ...paging({ defaultLimit: 50 }),
    }),
    replies: { 200: page(check) },
  },
  uptime: {
    method: 'get',
    path: '/api/monitors/{id}/uptime',
    role: 'viewer',
    summary: 'Uptime over a period, from changes of state.',
    params: byId,
    query: z.strictObject({ window: historyWindow.default('24h') }),
    replies: { 200: uptime },
  },
  latency: {
    method: 'get',
    path: '/api/monitors/{id}/latency',
    role: 'viewer',
    summary: 'Percentiles of the latency of successful checks over a period, in ms.',
    params: byId,
    query: z.strictObject({ window: historyWindow.default('24h') }),
    replies: { 200: latency },
  },
} as const satisfies Routes
