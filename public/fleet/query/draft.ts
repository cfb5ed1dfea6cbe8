import type { Targets } from '../../../src/contract/queries'

/** A query that is being edited. It is kept in the URL, so that it can be shared. */
export interface Draft {
  sql: string
  targets: Targets
  deadline_seconds: number
}

export const DEADLINE_SECONDS = 300
/** Proxies may reject longer URLs, so longer drafts are kept in the session storage. */
const ADDRESS_CHARACTERS_MAX = 6_000
const STORAGE_KEY = 'tailrace.query.draft'
const LISTS = { host_ids: 'hosts', platforms: 'platforms', labels: 'labels' } as const
const LIST_NAMES = Object.keys(LISTS) as Array<keyof typeof LISTS>

/** The URL of the new-query page with a draft. */
export function draftAddress(draft: Partial<Draft>): string {
  const text = String(paramsOf(draft))
  if (text.length <= ADDRESS_CHARACTERS_MAX) return `/queries/new${text && `?${text}`}`
  sessionStorage.setItem(STORAGE_KEY, text)
  return '/queries/new?kept=1'
}

function paramsOf({ sql = '', targets = {}, deadline_seconds = DEADLINE_SECONDS }: Partial<Draft>): URLSearchParams {
  const params = new URLSearchParams()
  if (sql !== '') params.set('sql', sql)
  if (targets.all) params.set('all', '1')
  for (const name of LIST_NAMES) for (const value of targets[name] ?? []) params.append(LISTS[name], value)
  if (deadline_seconds !== DEADLINE_SECONDS) params.set('deadline', String(deadline_seconds))
  return params
}

/** The draft in a query string. Hosts may also be given as `?hosts=a,b`. */
export function draftOf(search: string): Draft {
  const given = new URLSearchParams(search)
  const params = given.has('kept') ? new URLSearchParams(sessionStorage.getItem(STORAGE_KEY) ?? '') : given
  const targets: Targets = params.has('all') ? { all: true } : {}
  for (const name of LIST_NAMES) {
    const all = params.getAll(LISTS[name])
    const values = name === 'host_ids' ? all.flatMap(each => each.split(',')) : all
    if (values.some(Boolean)) targets[name] = values.filter(Boolean)
  }
  const seconds = Number(params.get('deadline') ?? DEADLINE_SECONDS)
  return {
    sql: params.get('sql') ?? '',
    targets,
    deadline_seconds: Number.isInteger(seconds) && seconds > 0 ? seconds : DEADLINE_SECONDS,
  }
}

/** Whether no host is targeted. */
export const hasNoTargets = ({ all, host_ids = [], platforms = [], labels = [] }: Targets) =>
  !all && host_ids.length + platforms.length + labels.length === 0

/** Targets for the API: `all` on its own, and no empty lists. */
export function sentTargets(targets: Targets): Targets {
  if (targets.all) return { all: true }
  return Object.fromEntries(Object.entries(targets).filter(([, value]) => Array.isArray(value) && value.length > 0))
}
