import { useSignal } from '@preact/signals'
import type { ContainerState } from '../../src/contract/containers'
import { byId, usePagedList } from '../use-paged-list'
import { applyToContainers, type ContainerNews, containerNewsIn } from './container-news'
import { type ContainerFilters, containerParams, containerSearchOf } from './filters'

const PAGE_SIZE = 100
/** Minimum time between two refreshes after events. */
const REFRESH_MS = 1_000
const POLL_MS = 15_000

export type ContainerCounts = Readonly<Record<ContainerState, number>>

/** The containers that match the filters and their counts by state, kept up to date by tenant events. */
export function useContainers(filters: ContainerFilters) {
  const counts = useSignal<ContainerCounts | null>(null)
  const list = usePagedList<'/api/containers', ContainerNews>('/api/containers', {
    params: containerParams(filters),
    name: containerSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
    isSame: (known, read) => JSON.stringify(known) === JSON.stringify(read),
    onFirstPage: page => (counts.value = page.counts),
    live: {
      topic: 'events',
      pick: containerNewsIn,
      apply: (containers, news) => ({ items: applyToContainers(containers, news), stale: containers.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
  return { list, counts }
}
