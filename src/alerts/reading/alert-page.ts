import type { Db } from '../../base/db'
import { hasEnded, resolvedOccurrences } from '../occurrences'
import type { AlertFilter } from './alert-filter'
import { type Shown, shownOpen, shownResolved } from './alert-item'
import { candidates } from './label-index'
import { scanNewestFirst } from './scan'
import type { AlertView } from './view'

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
  const resolved = filter.states.has('resolved')
    ? await resolvedOccurrences(db, tenantId, place, ({ starts_at, ...each }) =>
        filter.matches({ ...each, startsAt: starts_at.getTime() }),
      )
    : { items: [], next: null }
  const over = filter.states.has('resolved') ? findOver(view, filter, place) : []
  // By id: what is over may have been stored meanwhile.
  const found = [...open, ...over, ...resolved.items.map(each => shownResolved(view, each))]
  const all = [...new Map(found.map(each => [each.id, each])).values()]
  const known = all.filter(({ id }) => resolved.next === null || id >= resolved.next)
  const items = known.sort((a, b) => (a.id > b.id ? -1 : 1)).slice(0, place.limit)
  return { items, next: known.length > place.limit ? (items.at(-1)?.id ?? null) : resolved.next }
}

/** One more than the limit, if there are so many. */
async function findOpen(view: AlertView, filter: AlertFilter, { before, limit }: PagePlace): Promise<Shown[]> {
  const found: Shown[] = []
  if (!filter.states.has('firing') && !filter.states.has('suppressed')) return found
  await scanNewestFirst(candidates(view.alerts, filter.matchers), before, alert => {
    if (filter.matches(alert) && filter.states.has(view.stateOf(alert))) found.push(shownOpen(view, alert))
    return found.length <= limit
  })
  return found
}

/** What was not repeated in time, and is not stored as resolved yet. */
function findOver(view: AlertView, filter: AlertFilter, { before }: PagePlace): Shown[] {
  const now = Date.now()
  return view.alerts
    .all()
    .filter(alert => hasEnded(alert, now) && (before === undefined || alert.id < before) && filter.matches(alert))
    .map(alert => shownOpen(view, alert))
}
