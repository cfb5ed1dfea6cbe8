import type { MonitorCheckEvent, MonitorStatus, MonitorStatusEvent } from '../../src/contract/monitors'

/** What an event of the tenant says about a monitor. */
export type MonitorNews =
  | { type: 'monitor_check'; data: MonitorCheckEvent }
  | { type: 'monitor_status'; data: MonitorStatusEvent }

/** The news in an event of the tenant; undefined if it is about something else. */
export function monitorNewsIn({ type, data }: { type: string; data: unknown }): MonitorNews | undefined {
  if (type !== 'monitor_check' && type !== 'monitor_status') return undefined
  return { type, data: (data as { data: never }).data }
}

export type MonitorCounts = Readonly<Record<MonitorStatus, number>>
export const NO_COUNTS: MonitorCounts = { up: 0, down: 0, pending: 0, paused: 0 }

/** The number of monitors by status after some news. */
export function countsAfter(counts: MonitorCounts, { type, data }: MonitorNews): MonitorCounts {
  if (type === 'monitor_check') return counts
  const { previous, status } = data
  const next = { ...counts }
  if (previous !== null) next[previous] = Math.max(0, next[previous] - 1)
  if (status !== 'deleted') next[status] += 1
  return next
}
