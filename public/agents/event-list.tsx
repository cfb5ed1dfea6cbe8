import type { ReadonlySignal } from '@preact/signals'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Ago } from '../components/time'
import { eventWords } from '../containers/words'
import { keyOf, type TopicEvent, timeOf } from './topic-events'

interface EventListProps {
  events: ReadonlySignal<readonly TopicEvent[]>
  /** Whether it is said which container an event is about. */
  hasNames?: boolean
}

/** What happened lately, newest first. */
export function EventList({ events, hasNames = false }: EventListProps) {
  return (
    <section class="panel" aria-label="Events">
      <h2>Events</h2>
      {events.value.length === 0 && <p class="hint">Nothing has happened lately.</p>}
      <ul class="topic-events">
        {events.value.map(event => (
          <li key={keyOf(event)}>
            <Ago time={timeOf(event)} />
            <span class="in-text">
              {hasNames && event.type === 'container_event' && (
                <a href={`/containers/${event.data.container_id}`}>{event.data.container_name}</a>
              )}{' '}
              {wordsOf(event)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function wordsOf(event: TopicEvent): string {
  if (event.type === 'container_event') return eventWords(event.data)
  const { from, to, dropped } = event.data
  return `${formatCount(dropped)} samples of ${formatDuration(Date.parse(to) - Date.parse(from))} are missing`
}
