import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { watch } from '../live'
import { type TopicEvent, withEvent } from './topic-events'

/** The latest events of the topic of an agent or a container. */
export function useTopicEvents(topic: string) {
  const events = useSignal<readonly TopicEvent[]>([])
  useEffect(() => {
    events.value = []
    return watch(topic, {
      onEvent: ({ type, data }) => {
        if (type !== 'container_event' && type !== 'agent_gap') return
        events.value = withEvent(events.peek(), { type, data } as TopicEvent)
      },
    })
  }, [topic])
  return events
}
