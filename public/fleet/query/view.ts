import type { TargetState } from '../../../src/contract/queries'
import { TARGET_STATES } from '../query-result'

export type ViewName = 'rows' | 'hosts' | 'errors' | 'values'
export const VIEWS: ViewName[] = ['rows', 'hosts', 'errors', 'values']

/** What the page of a query shows; lives in its address. */
export interface View {
  view: ViewName
  /** Of hosts. */
  state: TargetState | ''
  /** Id of the one host whose rows are shown. */
  host: string
  q: string
  /** A column; with a minus before it, in descending order. */
  sort: string
  /** Whose values are counted. */
  column: string
}

export function viewOf(search: string): View {
  const query = new URLSearchParams(search)
  const text = (name: string) => query.get(name) ?? ''
  return {
    view: VIEWS.find(view => view === text('view')) ?? 'rows',
    state: TARGET_STATES.find(state => state === text('state')) ?? '',
    host: text('host'),
    q: text('q'),
    sort: text('sort'),
    column: text('column'),
  }
}

/** As a query string, with its `?`; defaults are left out. */
export function searchOf({ view, ...filters }: View): string {
  const query = new URLSearchParams()
  if (view !== 'rows') query.set('view', view)
  for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value)
  const text = query.toString()
  return text && `?${text}`
}

/** The order after a click on a heading: ascending, descending, then none. */
export function turnedSort(sort: string, column: string): string {
  if (sort === column) return `-${column}`
  return sort === `-${column}` ? '' : column
}

/** Parameters for rows that match, without hosts that have none. */
export function rowParams({ host, q, sort }: View) {
  return {
    status: 'completed',
    ...(host && { host_id: host }),
    ...(q && { q }),
    ...(sort && { sort }),
  }
}
