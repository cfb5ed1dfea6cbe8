import { useSignal } from '@preact/signals'
import type { Container, ContainerChangedEvent, ContainerState } from '../../src/contract/containers'
import { byId, usePagedList } from '../use-paged-list'
import { type ContainerFilters, containerParams, containerSearchOf } from './filters'

const PAGE_SIZE = 100
/** Minimum time between two refreshes after events. */
const REFRESH_MS = 1_000
const POLL_MS = 15_000

interface ContainerNews {
  at: string
  data: ContainerChangedEvent
}

/** The news in an event of the tenant; undefined if it is about something else. */
export function containerNewsIn({ type, data }: { type: string; data: unknown }): ContainerNews | undefined {
  if (!/^container_(started|stopped|health)$/.test(type)) return undefined
  const { timestamp, data: about } = data as { timestamp: string; data: ContainerChangedEvent }
  return { at: timestamp, data: about }
}

/** Containers after some news. Rows that nothing has happened to stay the same objects. */
export function applyToContainers(containers: readonly Container[], news: readonly ContainerNews[]): Container[] {
  const last = new Map(news.map(each => [each.data.container_id, each]))
  return containers.map(container => {
    const change = last.get(container.id)
    if (!change) return container
    const { state, health, exit_code } = change.data
    if (container.state === state && container.health === health) return container
    const since = container.state === state ? container.state_since : change.at
    return { ...container, state, health, exit_code, state_since: since }
  })
}

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
