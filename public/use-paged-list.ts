import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { PathOf, ReplyOf, RequestOf, RouteAt } from '../src/contract/api'
import { fetchJson } from './api'
import type { StreamEvent } from './client'
import { addressOf, type Params } from './client/address'
import { liveState, watch } from './live'
import { type ListPage, PagedList, type PagedListOptions } from './paged-list'
import { perFrame } from './per-frame'
import { useInterval } from './use-interval'
import { useReturn } from './use-return'
import { useThrottle } from './use-throttle'

/** How the entries of a topic change a list. */
export interface LiveUpdates<Item, News> {
  topic: string
  /** What an entry means for this list; undefined if nothing. */
  pick(event: StreamEvent): News | undefined
  /**
   * Applies the news of one frame.
   * @returns `stale`: how many of the first rows must be read again because the news is incomplete; 0 for none
   */
  apply(items: Item[], news: readonly News[]): { items: Item[]; stale: number }
  /** Minimum time between two refreshes. */
  refreshMs: number
}

/** Routes that return a list page by page. */
type ListPath = {
  [P in PathOf<'get'>]: ReplyOf<RouteAt<'get', P>> extends ListPage<infer _> ? P : never
}[PathOf<'get'>]
type PageAt<P extends ListPath> = ReplyOf<RouteAt<'get', P>> & ListPage<ItemAt<P>>
type ItemAt<P extends ListPath> = ReplyOf<RouteAt<'get', P>> extends ListPage<infer Item> ? Item : never

interface Options<P extends ListPath, News> extends Omit<PagedListOptions<ItemAt<P>, PageAt<P>>, 'fetchPage'> {
  /** Filters, without `limit` and `cursor`. */
  params?: RequestOf<RouteAt<'get', P>>
  /** Identifies the list if its parameters change with time. When it changes, a new list starts. */
  name?: string
  live?: LiveUpdates<ItemAt<P>, News>
  /** Also refreshes at this interval while the page is visible. */
  pollMs?: number
}

const NEVER_MS = 2 ** 31 - 1

/** The items of a paged route, read when the component appears and kept up to date. */
export function usePagedList<P extends ListPath, News = never>(
  path: P,
  options: Options<P, News>,
): PagedList<ItemAt<P>, PageAt<P>> {
  const { live, pollMs = NEVER_MS } = options
  const params = (options.params ?? {}) as Params
  const name = options.name ?? addressOf(path, params)
  const latest = useRef({ params, live })
  latest.current = { params, live }
  const list = useMemo(
    () =>
      new PagedList<ItemAt<P>, PageAt<P>>({
        ...options,
        fetchPage: (limit, cursor) =>
          fetchJson(addressOf(path, { ...latest.current.params, limit, cursor: cursor ?? undefined })),
      }),
    [name],
  )
  useEffect(() => () => list.close(), [list])
  useInterval(pollMs, () => void list.refresh(), name)
  useReturn(list.retry)
  useLiveUpdates(list, latest, live?.topic, live?.refreshMs ?? 0)
  return list
}

function useLiveUpdates<Item, Page extends ListPage<Item>, News>(
  list: PagedList<Item, Page>,
  latest: { current: { live: LiveUpdates<Item, News> | undefined } },
  topic: string | undefined,
  refreshMs: number,
) {
  const stale = useRef(0)
  const refreshSoon = useThrottle(
    refreshMs,
    () => {
      void list.refresh(stale.current || undefined)
      stale.current = 0
    },
    list,
  )
  useEffect(() => {
    if (topic === undefined) return
    const news = perFrame<News>(all =>
      list.update(items => {
        const next = latest.current.live?.apply(items, all)
        if (!next) return items
        stale.current += next.stale
        if (next.stale > 0) refreshSoon()
        return next.items
      }),
    )
    const stop = watch(topic, {
      onEvent(event) {
        const picked = latest.current.live?.pick(event)
        if (picked !== undefined) news.add(picked)
      },
      onGap: refreshSoon,
    })
    return () => {
      stop()
      news.stop()
    }
  }, [list, topic])

  // The stream may have missed more than its history holds.
  const isLive = topic !== undefined && liveState.value.state === 'live'
  useEffect(() => {
    if (isLive && list.items.peek()) refreshSoon()
  }, [isLive])
}

/** For lists whose items have an id. */
export const byId = ({ id }: { id: string }): string => id
