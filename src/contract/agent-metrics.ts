import { z } from 'zod'
import { byId, several, time, timeGiven, uuid } from './fields'
import type { Routes } from './route'
import { CHART_POINTS_MAX, CONTAINER_GAUGES, HOST_GAUGES } from './values'

export const hostGauge = z.enum(HOST_GAUGES)
export type HostGauge = z.output<typeof hostGauge>
export const containerGauge = z.enum(CONTAINER_GAUGES)
export type ContainerGauge = z.output<typeof containerGauge>

const values = z.array(z.number().nullable())
/** By place in `times`. Null: not known, or nothing was measured, as while the agent was off. */
const series = z.object({ min: values, mean: values, max: values })
export type MetricSeries = z.output<typeof series>

export const metricChart = z.object({
  from: time,
  to: time,
  /** Each point stands for so long. */
  step_seconds: z.number(),
  /** What the points were computed from: single samples, or sums by minute or by ten minutes. */
  source: z.enum(['samples', 'minutes', 'ten_minutes']),
  /** Starts of the points, in ascending order. Where something is missing, one point of nulls stands for it. */
  times: z.array(time),
  /** By name of the gauge. */
  series: z.record(z.string(), series),
})
export type MetricChart = z.output<typeof metricChart>

const span = {
  /** Default: an hour before `to`. */
  from: timeGiven.optional(),
  /** Default: now. */
  to: timeGiven.optional(),
  /** Points of a series, at most. */
  points: z.coerce.number().int().min(1).max(CHART_POINTS_MAX).default(300),
}

/** The latest sample, as it is announced to those who watch. */
const latest = z.object({ at: time, values: z.record(z.string(), z.number().nullable()) })
/** Data of the event `metrics` in the topic of an agent; not stored. */
export const metricsEvent = z.object({
  agent_id: uuid,
  host: latest.nullable(),
  /** By id. */
  containers: z.record(z.string(), latest),
})
export type MetricsEvent = z.output<typeof metricsEvent>
export type LatestSample = z.output<typeof latest>

const sparkline = z.object({
  id: uuid,
  /** The newest sample of the period. */
  latest: latest.nullable(),
  cpu: values,
  memory: values,
})
export type Sparkline = z.output<typeof sparkline>

export const agentMetricsRoutes = {
  host: {
    method: 'get',
    path: '/api/agents/{id}/metrics',
    role: 'viewer',
    summary: 'What was measured of a machine over a period.',
    params: byId,
    query: z.strictObject({ series: several(hostGauge).optional(), ...span }),
    replies: { 200: metricChart },
  },
  container: {
    method: 'get',
    path: '/api/containers/{id}/metrics',
    role: 'viewer',
    summary: 'What was measured of a container over a period.',
    params: byId,
    query: z.strictObject({ series: several(containerGauge).optional(), ...span }),
    replies: { 200: metricChart },
  },
  sparklines: {
    method: 'get',
    path: '/api/agent-sparklines',
    role: 'viewer',
    summary: 'CPU and memory of several machines or containers over the last 15 minutes, for lists.',
    query: z.strictObject({
      /** Ids of agents and containers. Those without samples are left out. */
      ids: several(uuid),
    }),
    replies: { 200: z.object({ from: time, step_seconds: z.number(), items: z.array(sparkline) }) },
  },
} as const satisfies Routes
