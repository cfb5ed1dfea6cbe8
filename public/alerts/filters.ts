import type { Labels, Matcher } from '../../src/contract/matchers'
import { isSameMatcher, matcherText, parseMatcher } from './matcher-text'

const SINGLE = ['state', 'q', 'source', 'since', 'group_by'] as const

/** The filters of the alerts page. They are kept in the URL. */
export interface AlertFilters extends Record<(typeof SINGLE)[number], string> {
  /** Each a matcher as text, such as `severity="critical"`. */
  filter: readonly string[]
}

/** Reads the filters of a query string. */
export function alertFiltersOf(search: string): AlertFilters {
  const query = new URLSearchParams(search)
  const single = Object.fromEntries(SINGLE.map(name => [name, query.get(name) ?? '']))
  return { ...(single as Record<(typeof SINGLE)[number], string>), filter: [...new Set(query.getAll('filter'))] }
}

/** Filters as a query string with its `?`. Empty ones are left out. */
export function alertSearchOf({ filter, ...single }: Partial<AlertFilters>): string {
  const query = new URLSearchParams()
  for (const name of SINGLE) if (single[name]) query.set(name, single[name])
  for (const matcher of filter ?? []) query.append('filter', matcher)
  const text = query.toString()
  return text && `?${text}`
}

/** Filters as parameters of the API, without `group_by`. */
export function alertParams({ filter, group_by: _, ...single }: AlertFilters) {
  const given = Object.entries(single).filter(([, value]) => value !== '')
  return { ...Object.fromEntries(given), ...(filter.length > 0 && { filter: [...filter] }) } as {
    state?: string
    q?: string
    source?: string
    since?: string
    filter?: string[]
  }
}

/** Whether any filter is set. */
export const isNarrowed = (filters: AlertFilters): boolean => alertSearchOf({ ...filters, group_by: '' }) !== ''

/** The labels that the list is grouped by; none: it is a list. */
export const groupNamesOf = ({ group_by }: AlertFilters): string[] => [
  ...new Set(group_by.split(',').filter(name => name !== '')),
]

const matcherOf = (text: string): Matcher | null => parseMatcher(text)

/** Whether a matcher is among the filters. */
export const hasMatcher = ({ filter }: AlertFilters, matcher: Matcher): boolean =>
  filter.some(text => {
    const known = matcherOf(text)
    return known !== null && isSameMatcher(known, matcher)
  })

/** The filters with a matcher added, or without it if they have it. One for the same value with the other sign goes. */
export function toggleMatcher({ filter }: AlertFilters, matcher: Matcher): string[] {
  const others = filter.filter(text => {
    const known = matcherOf(text)
    return known === null || known.name !== matcher.name || known.value !== matcher.value
  })
  return hasMatcher({ filter } as AlertFilters, matcher) ? others : [...others, matcherText(matcher)]
}

/** The address of the alerts with a label. */
export const alertsWith = (name: string, value: string): string =>
  `/alerts${alertSearchOf({ filter: [matcherText({ name, op: '=', value })] })}`

/** Matchers for the alerts of a group: `team=""` for those without a team. */
export const groupMatchers = (names: readonly string[], labels: Labels): string[] =>
  names.map(name => matcherText({ name, op: '=', value: labels[name] ?? '' }))
