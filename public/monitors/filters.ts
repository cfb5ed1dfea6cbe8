import type { MonitorSelection } from '../../src/contract/monitors'
import { MONITOR_STATUSES, MONITOR_TYPES } from '../../src/contract/values'
import { readFilters, searchOf } from '../url-filters'

const SINGLE = ['status', 'type', 'q', 'sort'] as const

/** The filters of the monitors page. They are kept in the URL. */
export interface MonitorFilters extends Record<(typeof SINGLE)[number], string> {
  /** Each `name=value`, or a name alone. */
  label: readonly string[]
}

/** Orders of the list; the first is the default. */
export const SORTS = [
  { value: 'name', name: 'By name' },
  { value: '-name', name: 'By name, from Z' },
  { value: 'status', name: 'Down first' },
  { value: '-latency', name: 'Slowest first' },
  { value: 'tls_expires_at', name: 'By certificate' },
] as const

export function monitorFiltersOf(search: string): MonitorFilters {
  return { ...readFilters(SINGLE, search), label: [...new Set(new URLSearchParams(search).getAll('label'))] }
}

/** Filters as a query string with its `?`. Empty ones are left out. */
export function monitorSearchOf({ label = [], ...single }: Partial<MonitorFilters>): string {
  const query = new URLSearchParams(searchOf(SINGLE, single))
  for (const each of label) query.append('label', each)
  const text = query.toString()
  return text && `?${text}`
}

/** Whether anything is left out of the list. */
export const isNarrowed = (filters: MonitorFilters): boolean => monitorSearchOf({ ...filters, sort: '' }) !== ''

const statusOf = ({ status }: MonitorFilters) => MONITOR_STATUSES.find(each => each === status)
const typeOf = ({ type }: MonitorFilters) => MONITOR_TYPES.find(each => each === type)
const sortOf = ({ sort }: MonitorFilters) => SORTS.find(({ value }) => value === sort)?.value ?? 'name'

/** Filters as parameters of the API. */
export function monitorParams(filters: MonitorFilters) {
  const status = statusOf(filters)
  const type = typeOf(filters)
  return {
    sort: sortOf(filters),
    ...(status && { status }),
    ...(type && { type }),
    ...(filters.q !== '' && { q: filters.q }),
    ...(filters.label.length > 0 && { label: [...filters.label] }),
  }
}

/** All monitors that match, for a bulk action; null if it cannot say that: labels without a value, or with two. */
export function selectionOf(filters: MonitorFilters): MonitorSelection | null {
  if (!isNarrowed(filters)) return { all: true }
  const pairs = filters.label.map(text => [text.split('=', 1)[0] ?? '', text.split('=').slice(1).join('=')] as const)
  const labels = Object.fromEntries(pairs)
  if (pairs.some(([, value]) => value === '') || Object.keys(labels).length < pairs.length) return null
  const status = statusOf(filters)
  const type = typeOf(filters)
  return {
    ...(status && { status: [status] }),
    ...(type && { type: [type] }),
    ...(filters.q !== '' && { q: filters.q }),
    ...(pairs.length > 0 && { labels }),
  }
}

/** The labels of the list after a click on one: without it if it was set. */
export const toggledLabel = (labels: readonly string[], label: string): string[] =>
  labels.includes(label) ? labels.filter(each => each !== label) : [...labels, label]
