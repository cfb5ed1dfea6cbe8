import { useSignal } from '@preact/signals'
import type { TimelineEntry } from '../../src/contract/incidents'
import type { NotificationReason } from '../../src/contract/receivers'
import { NOTIFICATION_REASONS } from '../../src/contract/values'
import { counted, formatCount } from '../../text/numbers'
import { formatDateTime, formatPreciseClock } from '../../text/times'
import { LinkedText } from '../alerts/alert-text'
import { type KnownSilences, MuteSentences } from '../alerts/mute-words'
import { mutedBy } from '../alerts/muted-by'
import { reasonWords } from '../alerts/words'
import { LoadMore } from '../components/list-status'
import { Moment } from '../components/time'
import type { PagedList } from '../paged-list'
import { isAboutMutes, notNotifiedWords, whyNotNotified } from './not-notified'
import { type TimelineStep, timelineSteps } from './timeline-steps'

interface TimelineProps {
  list: PagedList<TimelineEntry>
  silences: KnownSilences
  /** Names of alerts by fingerprint, as far as they are known. */
  names: ReadonlyMap<string, string>
}

/** Everything that happened to an incident, the newest first. */
export function Timeline({ list, silences, names }: TimelineProps) {
  return (
    <>
      <ol class="timeline" aria-label="Timeline">
        {timelineSteps(list.items.value ?? []).map(step => (
          <Step key={step.id} step={step} silences={silences} names={names} />
        ))}
      </ol>
      <LoadMore list={list} />
    </>
  )
}

const BY_PEOPLE = new Set<TimelineEntry['kind']>(['acknowledged', 'assigned', 'note', 'resolved'])

function Step({ step, silences, names }: { step: TimelineStep } & Omit<TimelineProps, 'list'>) {
  const { kind, from, to, entry, by } = step
  const isMute = kind === 'muted' || (kind === 'not_notified' && isAboutMutes(entry))
  return (
    <li class={`timeline-step is-${kind.replaceAll('_', '-')}`}>
      <span class="timeline-mark" aria-hidden="true" />
      <Moment time={to}>{clock(to)}</Moment>
      <div class="timeline-what">
        <p>
          {BY_PEOPLE.has(kind) && entry.actor && <b>{entry.actor.name} </b>}
          {wordsOf(step)}
          {from !== to && <span class="hint"> since {clock(from)}</span>}
        </p>
        {kind === 'note' && entry.text !== null && (
          <p class="timeline-note">
            <LinkedText text={entry.text} />
          </p>
        )}
        {BY_PEOPLE.has(kind) && entry.reason !== null && <p class="timeline-note">{entry.reason}</p>}
        {(kind === 'notify_failed' || kind === 'flapping') && entry.text !== null && <p class="hint">{entry.text}</p>}
        {kind === 'not_notified' && <p class="hint">{whyNotNotified(entry)}</p>}
        {isMute && <MuteSentences mutes={mutedBy(by)} silences={silences} />}
        <Alerts step={step} names={names} />
      </div>
    </li>
  )
}

const clock = (time: string) =>
  formatDateTime(time).slice(0, 10) === formatDateTime(Date.now()).slice(0, 10)
    ? formatPreciseClock(time).slice(0, 8)
    : formatDateTime(time)

const alerts = (count: number) => counted(count, 'alert')

const WORDS: Record<TimelineEntry['kind'], (step: TimelineStep) => string> = {
  opened: ({ count }) => (count > 0 ? `Opened by ${alerts(count)} that began to fire` : 'Opened'),
  firing: ({ count }) => `${alerts(count)} began to fire`,
  alerts_resolved: ({ count }) => `${alerts(count)} resolved`,
  muted: ({ count }) => `${alerts(count)} muted`,
  unmuted: ({ count }) => `${alerts(count)} no longer muted`,
  notified: ({ by, entry }) => `Notified ${by.join(', ')}${sentReason(entry)}`,
  notify_failed: ({ by }) => `Could not notify ${by.join(', ')}`,
  not_notified: ({ entry }) => notNotifiedWords(entry),
  acknowledged: () => 'acknowledged it',
  assigned: ({ entry: { text } }) => (text === null ? 'took the assignment back' : `assigned it to ${text}`),
  note: () => 'noted',
  flapping: () => 'Flapping: notifications are held back',
  resolved: ({ entry: { actor } }) => (actor === null ? 'Resolved: nothing fires any more' : 'resolved it'),
}

function wordsOf(step: TimelineStep): string {
  const { kind, entry } = step
  // The same kind says when it is over.
  if (kind === 'flapping' && entry.text?.startsWith('It has been calm')) return 'No longer flapping'
  return WORDS[kind](step)
}

function sentReason({ reason }: TimelineEntry): string {
  const known = NOTIFICATION_REASONS.find((each): each is NotificationReason => each === reason)
  return known ? `: ${reasonWords({ reason: known })}` : ''
}

const LISTED: ReadonlySet<TimelineEntry['kind']> = new Set(['opened', 'firing', 'alerts_resolved', 'muted', 'unmuted'])
/** More are listed on demand. */
const SHOWN = 3

/** Which alerts a step is about. */
function Alerts({ step: { kind, fingerprints, count }, names }: { step: TimelineStep; names: TimelineProps['names'] }) {
  const isOpen = useSignal(false)
  if (!LISTED.has(kind) || fingerprints.length === 0) return null
  const shown = isOpen.value ? fingerprints : fingerprints.slice(0, SHOWN)
  const unknown = count - fingerprints.length
  return (
    <p class="timeline-alerts">
      {shown.map(fingerprint => (
        <a key={fingerprint} class="tag" href={`/alerts/${fingerprint}`}>
          {names.get(fingerprint) ?? fingerprint}
        </a>
      ))}
      {!isOpen.value && fingerprints.length > SHOWN && (
        <button type="button" class="link" onClick={() => (isOpen.value = true)}>
          {formatCount(fingerprints.length - SHOWN)} more
        </button>
      )}
      {isOpen.value && unknown > 0 && <span class="hint">and {formatCount(unknown)} more</span>}
    </p>
  )
}
