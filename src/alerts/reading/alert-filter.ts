import { badRequest, type Fault } from '../../base/errors'
import type { AlertSource, AlertState } from '../../contract/alerts'
import { timeGiven } from '../../contract/fields'
import type { Labels, Matcher } from '../../contract/matchers'
import { compileMatchers, DurationError, MatcherError, parseDuration, parseMatcher } from '../matching'
import { searchText } from './search-text'

/** Filters of the contract, as given. */
export interface GivenFilter {
  state?: readonly AlertState[] | undefined
  filter?: readonly string[] | undefined
  q?: string | undefined
  source?: readonly AlertSource[] | undefined
  since?: string | undefined
}

/** What filters look at. */
export interface Filterable {
  source: AlertSource
  labels: Labels
  annotations: Labels
  /** In ms. */
  startsAt: number
}

export interface AlertFilter {
  states: ReadonlySet<AlertState>
  /** All hold for each alert that matches. */
  matchers: readonly Matcher[]
  /** Everything but the state. */
  matches(alert: Filterable): boolean
}

const OPEN_STATES: readonly AlertState[] = ['firing', 'suppressed']

/** @throws Problem 400 that names the parameter, and which of several matchers is wrong */
export function readFilter({ state = OPEN_STATES, filter = [], q, source, since }: GivenFilter): AlertFilter {
  const matchers = readMatchers(filter)
  const hold = compileMatchers(matchers)
  const sources = source && new Set(source)
  const from = since === undefined ? undefined : readSince(since)
  const text = q?.toLowerCase()
  return {
    states: new Set(state),
    matchers,
    matches: alert =>
      (from === undefined || alert.startsAt >= from) &&
      (!sources || sources.has(alert.source)) &&
      hold(alert.labels) &&
      (text === undefined || searchText(alert).includes(text)),
  }
}

function readMatchers(texts: readonly string[]): Matcher[] {
  const faults: Fault[] = []
  const matchers = texts.flatMap((text, i) => {
    try {
      return [parseMatcher(text)]
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error
      faults.push({ path: texts.length > 1 ? `query.filter.${i}` : 'query.filter', message: error.message })
      return []
    }
  })
  if (faults.length) throw badRequest(faults)
  return matchers
}

/** A time, or a period until now. */
function readSince(text: string): number {
  const time = timeGiven.safeParse(text)
  if (time.success) return Date.parse(time.data)
  try {
    return Date.now() - parseDuration(text)
  } catch (error) {
    if (!(error instanceof DurationError)) throw error
    const message = 'Give a time such as 2026-01-31T08:00:00Z, or a period such as 24h or 7d.'
    throw badRequest([{ path: 'query.since', message }])
  }
}
