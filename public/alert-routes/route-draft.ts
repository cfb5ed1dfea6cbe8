import type { AlertRoute } from '../../src/contract/alert-routes'
import type { Matcher } from '../../src/contract/matchers'
import { WAITS } from './tree'
import { parseWait, waitText } from './wait-text'

/** A route as it is entered. An empty text: the value of the route above. */
export interface RouteDraft {
  /** `inherit`, `none` for incidents only, or `to ` and the name of a receiver. */
  receiver: string
  /** Null: that of the route above. */
  group_by: string | null
  group_wait_seconds: string
  group_interval_seconds: string
  repeat_interval_seconds: string
  expect_every_seconds: string
  continue: boolean
  mute_time_intervals: readonly string[]
  active_time_intervals: readonly string[]
}

const TIMES = [...WAITS, 'expect_every_seconds'] as const

export function draftOf(route: AlertRoute): RouteDraft {
  const { receiver, group_by, mute_time_intervals, active_time_intervals } = route
  const times = Object.fromEntries(TIMES.map(name => [name, textOf(route[name])])) as Pick<
    RouteDraft,
    (typeof TIMES)[number]
  >
  return {
    receiver: receiver === undefined ? 'inherit' : receiver === null ? 'none' : `to ${receiver}`,
    group_by: group_by?.join(', ') ?? null,
    continue: route.continue,
    ...{ mute_time_intervals, active_time_intervals },
    ...times,
  }
}

const textOf = (seconds: number | undefined) => (seconds === undefined ? '' : waitText(seconds))

/**
 * The route that was entered, with the children that it had.
 * @throws Error that names the time that is none
 */
export function routeOfDraft(draft: RouteDraft, matchers: Matcher[], { routes }: AlertRoute): AlertRoute {
  const { receiver, group_by, mute_time_intervals, active_time_intervals } = draft
  const times = TIMES.flatMap(name => {
    const text = draft[name].trim()
    if (text === '') return []
    const seconds = parseWait(text)
    if (seconds === undefined) throw new Error(`“${text}” is no time. Write it like 30s, 5m or 4h.`)
    return [[name, seconds]]
  })
  return {
    matchers,
    ...(receiver !== 'inherit' && { receiver: receiver === 'none' ? null : receiver.slice('to '.length) }),
    ...(group_by !== null && { group_by: labelsIn(group_by) }),
    ...Object.fromEntries(times),
    continue: draft.continue,
    mute_time_intervals: [...mute_time_intervals],
    active_time_intervals: [...active_time_intervals],
    routes,
  }
}

/** Names of labels, separated by commas or spaces. */
export const labelsIn = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))]
