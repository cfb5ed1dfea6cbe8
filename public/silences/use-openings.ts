import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { MaintenanceWindow } from '../../src/contract/silences'
import { PREVIEW_MAX } from '../../src/contract/values'
import { client } from '../api'
import type { Opening } from './calendar-days'

/**
 * When windows are open up to a time. The list has the next ten times of each; the rest is asked for.
 * `partial` names those that open so often that not all of it is drawn.
 */
export function useOpenings(windows: readonly MaintenanceWindow[], until: number) {
  const found = useSignal<{ openings: Opening[]; partial: string[] }>({ openings: [], partial: [] })
  const key = JSON.stringify([until, windows.map(({ id, updated_at, next }) => [id, updated_at, next[0]])])
  useEffect(() => {
    let isCurrent = true
    void Promise.all(windows.map(window => openingsOf(window, until))).then(all => {
      if (!isCurrent) return
      found.value = {
        openings: all.flatMap(({ openings }) => openings),
        partial: all.flatMap(({ openings, isWhole }) => (isWhole ? [] : [openings[0]?.window.name ?? ''])),
      }
    })
    return () => {
      isCurrent = false
    }
  }, [key])
  return found.value
}

async function openingsOf(window: MaintenanceWindow, until: number) {
  const known = window.next.map(({ starts_at, ends_at }) => ({
    window,
    from: Date.parse(starts_at),
    to: Date.parse(ends_at),
  }))
  const last = known.at(-1)
  const { cron, timezone, duration_minutes } = window
  if (cron === null || duration_minutes === null || !last || last.from >= until)
    return { openings: known, isWhole: true }
  const preview = await client
    .get('/api/schedules/preview', { cron, timezone: timezone ?? 'UTC', count: PREVIEW_MAX })
    .catch(() => ({ next_times: [] as string[] })) // then the next ten times are drawn
  const further = preview.next_times
    .map(time => Date.parse(time))
    .filter(from => from > last.from)
    .map(from => ({ window, from, to: from + duration_minutes * 60_000 }))
  const openings = [...known, ...further]
  return { openings, isWhole: (openings.at(-1)?.from ?? 0) >= until || preview.next_times.length < PREVIEW_MAX }
}
