import { Lru } from '../../base/lru'
import type { Labels, Matcher } from '../../contract/matchers'
import type { MaintenanceWindow } from '../../contract/silences'
import { nextTimes, type StoredTiming, wordsOf } from '../../jobs'

/** A maintenance window as it is stored: either the three fields of a recurring one or the two times are set. */
export interface StoredWindow {
  id: string
  tenantId: string
  name: string
  matchers: readonly Matcher[]
  cron: string | null
  timezone: string | null
  durationMinutes: number | null
  startsAt: Date | null
  endsAt: Date | null
  enabled: boolean
  createdBy: string
  createdAt: Date
  updatedAt: Date
}

/** A time for which a window is open, in milliseconds since 1970. */
export interface Opening {
  startsAt: number
  endsAt: number
}

const NEXT_MAX = 10
const MINUTE_MS = 60_000
const KNOWN_MAX = 2_000
/** Openings by timing, as of a time: cron expressions take milliseconds to compute. */
const known = new Lru<string, { at: number; count: number; openings: Opening[] }>(KNOWN_MAX)

/** The openings of a window that have not ended, whether it is enabled or not: the current or next one first. */
export function openingsOf(window: StoredWindow, now: number, count = NEXT_MAX): Opening[] {
  const { startsAt, endsAt, cron, timezone, durationMinutes } = window
  if (startsAt && endsAt)
    return endsAt.getTime() > now ? [{ startsAt: startsAt.getTime(), endsAt: endsAt.getTime() }] : []
  const key = `${durationMinutes} ${timezone} ${cron}`
  const found = known.get(key)
  if (found && found.count >= count && now >= found.at && now < (found.openings[0]?.endsAt ?? 0))
    return found.openings.slice(0, count)
  const openings = computedOpenings(window, now, count)
  known.set(key, { at: now, count, openings })
  return openings
}

function computedOpenings(window: StoredWindow, now: number, count: number): Opening[] {
  const durationMs = (window.durationMinutes ?? 0) * MINUTE_MS
  return nextTimes(timingOf(window), now - durationMs, count).map(at => ({
    startsAt: at.getTime(),
    endsAt: at.getTime() + durationMs,
  }))
}

/**
 * Whether a window mutes now, and until when at least it does, or from when on it will; infinite: never again. Openings
 * that follow each other without a gap are one, up to ten of them.
 */
export function openStateOf(window: StoredWindow, now: number): { isOpen: boolean; until: number } {
  const [first, ...others] = window.enabled ? openingsOf(window, now, 2) : []
  if (!first) return { isOpen: false, until: Number.POSITIVE_INFINITY }
  if (first.startsAt > now) return { isOpen: false, until: first.startsAt }
  const isJoined = others.some(({ startsAt }) => startsAt <= first.endsAt)
  return { isOpen: true, until: isJoined ? endOf(openingsOf(window, now)) : first.endsAt }
}

/** When the first of some openings ends, with those that begin before. */
function endOf(openings: readonly Opening[]): number {
  let end = openings[0]?.endsAt ?? 0
  for (const { startsAt, endsAt } of openings) {
    if (startsAt > end) break
    end = Math.max(end, endsAt)
  }
  return end
}

/**
 * Whether a window whose matchers hold is about the bearer of these labels as a whole, not only about some of its
 * alerts: then every matcher is on a label that it has. `alertname!="Slow"` holds for a monitor, which has no
 * `alertname`, yet says nothing of its maintenance.
 */
export const concerns = ({ matchers }: Pick<StoredWindow, 'matchers'>, labels: Labels): boolean =>
  matchers.every(({ name }) => Object.hasOwn(labels, name))

const timingOf = ({ cron, timezone, createdAt }: StoredWindow): StoredTiming => ({
  every_ms: null,
  cron,
  timezone,
  anchor_at: createdAt,
})

/** A window as the contract shows it. */
export function shownWindow(window: StoredWindow, now: number): MaintenanceWindow {
  const { isOpen, until } = openStateOf(window, now)
  return {
    id: window.id,
    name: window.name,
    matchers: [...window.matchers],
    cron: window.cron,
    timezone: window.timezone,
    duration_minutes: window.durationMinutes,
    starts_at: window.startsAt?.toISOString() ?? null,
    ends_at: window.endsAt?.toISOString() ?? null,
    enabled: window.enabled,
    words: wordsOfWindow(window),
    is_open: isOpen,
    open_until: isOpen ? new Date(until).toISOString() : null,
    next: window.enabled ? openingsOf(window, now).map(shownOpening) : [],
    created_by: window.createdBy,
    created_at: window.createdAt.toISOString(),
    updated_at: window.updatedAt.toISOString(),
  }
}

const shownOpening = ({ startsAt, endsAt }: Opening) => ({
  starts_at: new Date(startsAt).toISOString(),
  ends_at: new Date(endsAt).toISOString(),
})

function wordsOfWindow(window: StoredWindow): string {
  if (window.cron === null) return 'Once'
  const zone = window.timezone === 'UTC' ? '' : ` (${window.timezone})`
  return `${wordsOf(timingOf(window))}${zone}, for ${minutesInWords(window.durationMinutes ?? 0)}`
}

function minutesInWords(minutes: number): string {
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute']
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`
}
