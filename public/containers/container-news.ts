import type { Container, ContainerChangedEvent } from '../../src/contract/containers'

export interface ContainerNews {
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
