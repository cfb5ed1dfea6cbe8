import type { MonitorSettings, MonitorType } from '../../contract/monitor-settings'
import { nextDue } from '../../jobs'
import { nextSlot, phaseOf } from './slots'

interface Scheduled {
  id: string
  type: MonitorType
  interval_seconds: number
  settings: Record<string, unknown>
  created_at: Date
  checked_at: Date | null
}

/** When a monitor is checked next, or when a heartbeat is expected at the latest. Undefined: never. */
export type NextChecks = (monitor: Scheduled) => Date | undefined

export const nextCheckOf =
  (now: () => number): NextChecks =>
  monitor => {
    if (monitor.type === 'push') return deadlineOf(monitor)
    const intervalMs = monitor.interval_seconds * 1_000
    return new Date(nextSlot(phaseOf(monitor.id, intervalMs), intervalMs, now()))
  }

/**
 * When a push monitor has missed its next heartbeat. Its interval is counted from the last one, or from when it was
 * created; by cron, from the time that was due.
 */
export function deadlineOf({ interval_seconds, settings, checked_at, created_at }: Scheduled): Date | undefined {
  const { grace_seconds, cron, timezone } = settings as MonitorSettings['push']
  const last = (checked_at ?? created_at).getTime()
  const due =
    cron === undefined
      ? last + interval_seconds * 1_000
      : nextDue({ every_ms: null, cron, timezone: timezone ?? 'UTC', anchor_at: created_at }, last)
  return due === null ? undefined : new Date(due + grace_seconds * 1_000)
}
