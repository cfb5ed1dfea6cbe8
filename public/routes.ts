export type Route =
  | { page: 'sign-in' }
  | { page: 'queue' }
  | { page: 'job'; id: string }
  | { page: 'logs' }
  | { page: 'missing' }

/** Which page a path names. */
export function routeOf(path: string): Route {
  const [first = '', second, ...more] = path.split('/').filter(Boolean)
  if (first === 'jobs' && second !== undefined && more.length === 0) return { page: 'job', id: decode(second) }
  if (second !== undefined) return { page: 'missing' }
  if (first === '' || first === 'queue') return { page: 'queue' }
  if (first === 'sign-in' || first === 'logs') return { page: first }
  return { page: 'missing' }
}

function decode(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What the queue page shows; lives in its address, so that a view can be sent to somebody. */
export interface JobFilters {
  status: string
  kind: string
  queue: string
  q: string
  /** `1`: also jobs that other jobs have made. */
  children: string
}

const NAMES = ['status', 'kind', 'queue', 'q', 'children'] as const

export function filtersOf(search: string): JobFilters {
  const query = new URLSearchParams(search)
  const [status = '', kind = '', queue = '', q = '', children = ''] = NAMES.map(name => query.get(name) ?? '')
  return { status, kind, queue, q, children }
}

/** As a query string, with its `?`; empty filters are left out. */
export function searchOf(filters: Partial<JobFilters>): string {
  const query = new URLSearchParams()
  for (const name of NAMES) if (filters[name]) query.set(name, filters[name])
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
