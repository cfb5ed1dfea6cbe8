import type { AgentGap } from '../../src/contract/agents'
import type { ContainerEvent } from '../../src/contract/containers'

/** Something that happened to a machine or a container. */
export type TopicEvent = { type: 'container_event'; data: ContainerEvent } | { type: 'agent_gap'; data: AgentGap }

const SHOWN_MAX = 50

export const timeOf = (event: TopicEvent): string => (event.type === 'agent_gap' ? event.data.to : event.data.at)

export const keyOf = ({ type, data }: TopicEvent): string => `${type} ${JSON.stringify(data)}`

/** Events with one more, newest first: each once, whatever the stream repeats. */
export function withEvent(known: readonly TopicEvent[], event: TopicEvent): readonly TopicEvent[] {
  if (known.some(each => keyOf(each) === keyOf(event))) return known
  return [event, ...known].toSorted((a, b) => timeOf(b).localeCompare(timeOf(a))).slice(0, SHOWN_MAX)
}
