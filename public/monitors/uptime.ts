import type { HistoryState, HistoryWindow, Uptime } from '../../src/contract/monitor-history'
import { HISTORY_STATES } from '../../src/contract/values'
import { formatDateTime, formatDuration } from '../../text/times'

export const WINDOW_NAMES: Record<HistoryWindow, string> = {
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
}

export type Bar = Uptime['bars'][number]

/** Time that counts neither as up nor as down, and why. */
export const NOT_COUNTED: Readonly<Partial<Record<HistoryState, string>>> = {
  maintenance: 'in maintenance',
  paused: 'paused',
  pending: 'not checked yet',
  unknown: 'unknown: Tailrace or its network was down',
}

/** Uptime such as `99.987%`: rounded down, so that an outage never looks like none. */
export function formatUptime(percent: number | null): string {
  if (percent === null) return '–'
  const floored = Math.floor(percent * 1_000) / 1_000
  return `${floored}%`
}

/** How long each state lasted, those that did. */
export const durationsIn = (seconds: Uptime['seconds']) =>
  HISTORY_STATES.flatMap(state => {
    const lasted = seconds[state]
    return lasted > 0 ? [{ state, seconds: lasted }] : []
  })

/** What a bar says: `2026-11-30 04:00: up 58 m, down 2 m`. */
export function barWords({ from, seconds }: Bar): string {
  const parts = durationsIn(seconds).map(each => `${each.state} ${formatDuration(each.seconds * 1_000)}`)
  return `${formatDateTime(from)}: ${parts.join(', ') || 'nothing known'}`
}

/** An outage must be seen, however short it was. */
const DOWN_MIN = 0.2

/** The parts of a bar from the bottom, as shares of its height. */
export function partsOf({ from, to, seconds }: Bar): Array<{ state: HistoryState; share: number }> {
  const whole = Math.max(1, (Date.parse(to) - Date.parse(from)) / 1_000)
  const parts = durationsIn(seconds).map(each => ({ state: each.state, share: Math.min(1, each.seconds / whole) }))
  const down = parts.find(({ state }) => state === 'down')
  if (!down || down.share >= DOWN_MIN) return parts
  const rest = parts.reduce((sum, { share }) => sum + share, 0) - down.share
  const left = Math.min(1 - DOWN_MIN, rest)
  return parts.map(part =>
    part === down ? { ...part, share: DOWN_MIN } : { ...part, share: (part.share / rest) * left },
  )
}
