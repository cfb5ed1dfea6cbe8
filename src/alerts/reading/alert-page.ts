import type { Db } from '../../base/db'
import type { AlertFilter } from './alert-filter'
import { type Shown, shownOpen, shownResolved } from './alert-item'
import { readResolved, type StoredOccurrence } from './occurrence-store'
import { scanNewestFirst } from './scan'
import type { AlertView } from './view'

/** Resolved occurrences that are looked at for one page; if few of them pass, the page is short but not the last. */
const LOOKS_MAX = 5
const LOOK_ROWS = 1_000

export interface PagePlace {
  /** Id of the last alert of the previous page. */
  before: string | undefined
  limit: number
}

export interface ShownPage {
  items: Shown[]
  /** Id to continue before; null: there are no more. */
  next: string | null
}

/** A page of the alerts that pass a filter: open ones from memory, resolved ones from PostgreSQL, the newest first. */
export async function pageOfAlerts(
  { db, view, tenantId }: { db: Db; view: AlertView; tenantId: string },
  filter: AlertFilter,
  place: PagePlace,
): Promise<ShownPage> {
  const open = await findOpen(view, filter, place)
  const { found, lookedTo } = filter.states.has('resolved')
    ? await findResolved(db, tenantId, filter, place)
    : { found: [], lookedTo: null }
  const all = [...open, ...found.map(each => shownResolved(view, each))]
  const known = lookedTo === null ? all : all.filter(({ id }) => id >= lookedTo)
  const items = known.sort((a, b) => (a.id > b.id ? -1 : 1)).slice(0, place.limit)
  return { items, next: known.length > place.limit ? (items.at(-1)?.id ?? null) : lookedTo }
}

/** One more than the limit, if there are so many. */
async function findOpen(view: AlertView, filter: AlertFilter, { before, limit }: PagePlace): Promise<Shown[]> {
  const found: Shown[] = []
  if (!filter.states.has('firing') && !filter.states.has('suppressed')) return found
  await scanNewestFirst(view.alerts, before, alert => {
    if (filter.matches(alert) && filter.states.has(view.stateOf(alert))) found.push(shownOpen(view, alert))
    return found.length <= limit
  })
  return found
}

async function findResolved(
  db: Db,
  tenantId: string,
  filter: AlertFilter,
  { before, limit }: PagePlace,
): Promise<{ found: StoredOccurrence[]; lookedTo: string | null }> {
  const { sources, since } = filter
  const conditions = { sources, since, labelTexts: filter.matchers.flatMap(textOfMatcher) }
  const found: StoredOccurrence[] = []
  let place = before
  for (let look = 1; ; look++) {
    const count = filter.isEmpty ? limit + 1 : LOOK_ROWS
    const result = await readResolved(db, tenantId, conditions, { before: place, count })
    const passed = result.found.filter(each => filter.matches({ ...each, startsAt: Date.parse(each.starts_at) }))
    found.push(...passed)
    if (result.lookedTo === null || found.length > limit || look === LOOKS_MAX)
      return { found, lookedTo: result.lookedTo }
    place = result.lookedTo
  }
}

/** What the JSON of labels contains if a matcher holds, when that can be told. */
const textOfMatcher = ({ name, op, value }: AlertFilter['matchers'][number]): string[] =>
  op === '=' && value !== '' ? [`${JSON.stringify(name)}:${JSON.stringify(value)}`] : []
