import type { TargetState } from '../../../src/contract/queries'
import { TARGET_STATES } from '../query-result'

export type ViewName = 'rows' | 'hosts' | 'errors' | 'values'
export const VIEWS: ViewName[] = ['rows', 'hosts', 'errors', 'values']

/** What the page of a query shows. It is kept in the URL. */
export interface View {
  view: ViewName
  /** Filters hosts. */
  state: TargetState | ''
  /** Id of the host whose rows are shown; `''` for all. */
  host: string
  q: string
  /** A column, with a leading minus for descending order. */
  sort: string
  /** The column whose values are counted. */
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

/** A view as a query string with its `?`. Defaults are left out. */
export function searchOf({ view, ...filters }: View): string {
  const query = new URLSearchParams()
  if (view !== 'rows') query.set('view', view)
  for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value)
  const text = query.toString()
  return text && `?${text}`
}

/** The next sort order after a click on a heading: ascending, descending, none. */
export function nextSort(sort: string, column: string): string {
  if (sort === column) return `-${column}`
  return sort === `-${column}` ? '' : column
}

/** Parameters for the rows of a view, without hosts that returned none. */
export function rowParams({ host, q, sort }: View) {
  return {
    status: 'completed',
    ...(host && { host_id: host }),
    ...(q && { q }),
    ...(sort && { sort }),
  }
}
