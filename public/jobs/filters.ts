const NAMES = [
  'status',
  'kind',
  'queue',
  'q',
  'actor',
  'since',
  'fingerprint',
  'root_id',
  'parent_id',
  'children',
  'view',
] as const

/** What the queue page shows; lives in its address, so that a view can be sent to somebody. */
export type JobFilters = Record<(typeof NAMES)[number], string>

/** How far back, as it stands in the address: a saved view moves on with the time. */
export const PERIODS: Record<string, { name: string; ms: number }> = {
  '1h': { name: 'last hour', ms: 3_600_000 },
  '24h': { name: 'last 24 hours', ms: 86_400_000 },
  '7d': { name: 'last 7 days', ms: 7 * 86_400_000 },
  '30d': { name: 'last 30 days', ms: 30 * 86_400_000 },
}

export function filtersOf(search: string): JobFilters {
  const query = new URLSearchParams(search)
  return Object.fromEntries(NAMES.map(name => [name, query.get(name) ?? ''])) as JobFilters
}

/** As a query string, with its `?`; empty filters are left out. */
export function searchOf(filters: Partial<JobFilters>): string {
  const query = new URLSearchParams()
  for (const name of NAMES) if (filters[name]) query.set(name, filters[name])
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** What the server is asked: periods become times, and jobs that others have made are left out unless they are meant. */
export function askedOf(filters: JobFilters, now = Date.now()): Record<string, string> {
  const { children, view: _, since, ...plain } = filters
  const asked: Record<string, string> = {}
  for (const [name, value] of Object.entries(plain)) if (value !== '') asked[name] = value
  const period = PERIODS[since]
  if (period) asked.since = new Date(now - period.ms).toISOString()
  const isAmongChildren = filters.fingerprint !== '' || filters.root_id !== '' || filters.parent_id !== ''
  if (children === '' && !isAmongChildren) asked.roots = 'true'
  return asked
}
