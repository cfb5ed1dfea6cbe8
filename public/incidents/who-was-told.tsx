import { useSignal } from '@preact/signals'
import type { Incident } from '../../src/contract/incidents'
import type { Notification, Receiver } from '../../src/contract/receivers'
import { counted } from '../../text/numbers'
import { type KnownSilences, MuteSentences } from '../alerts/mute-words'
import { mutedBy } from '../alerts/muted-by'
import { reasonWords } from '../alerts/words'
import { now } from '../clock'
import { LoadMore } from '../components/list-status'
import { Ago } from '../components/time'
import { Attempts } from '../notifications/attempts'
import { byReceiver, type Told } from '../notifications/by-receiver'
import { NotificationStatusMark } from '../notifications/notification-status'
import { alertsTold, namesOfReason, nextOf } from '../notifications/notification-words'
import type { PagedList } from '../paged-list'
import { useFetch } from '../use-fetch'
import { NextLook } from './next-look'

interface WhoWasToldProps {
  incident: Incident
  list: PagedList<Notification>
  silences: KnownSilences
}

const POLL_MS = 15_000
const RECEIVERS_MAX = 500

/** Who was notified of an incident, and of what nobody was, and why. */
export function WhoWasTold({ incident, list, silences }: WhoWasToldProps) {
  const receivers = useFetch('/api/receivers', { limit: RECEIVERS_MAX }, { pollMs: POLL_MS })
  const known = new Map((receivers.value.value?.items ?? []).map(receiver => [receiver.name, receiver]))
  const told = byReceiver(list.items.value ?? [])
  return (
    <section class="panel told" aria-label="Who was notified, and why not">
      <header class="row">
        <h2>Who was notified, and why not</h2>
        <span class="spacer" />
        <a href={`/notifications?incident=${incident.id}`}>As a list</a>
      </header>
      {incident.next_flush_at !== null && (
        <p class="told-next">
          Next look <NextLook at={incident.next_flush_at} />
          <span class="hint"> · then what is new is notified</span>
        </p>
      )}
      {told.length === 0 && <NobodyYet incident={incident} />}
      {told.map(each => (
        <ReceiverTold
          key={each.receiver}
          told={each}
          receiver={each.receiver === null ? undefined : known.get(each.receiver)}
          silences={silences}
        />
      ))}
      <LoadMore list={list} />
    </section>
  )
}

const NobodyYet = ({ incident: { receiver } }: Pick<WhoWasToldProps, 'incident'>) => (
  <p class="hint">
    {receiver === null ? (
      <>
        Nobody: <a href="/alert-routes">its route</a> leads to incidents only.
      </>
    ) : (
      `Nobody yet. ${receiver} is notified at the next look, unless something is in the way.`
    )}
  </p>
)

interface ReceiverToldProps {
  told: Told
  receiver: Receiver | undefined
  silences: KnownSilences
}

/** More are shown on demand. */
const SHOWN = 3

function ReceiverTold({ told: { receiver: name, notifications }, receiver, silences }: ReceiverToldProps) {
  const isOpen = useSignal(false)
  const shown = isOpen.value ? notifications : notifications.slice(0, SHOWN)
  const earlier = notifications.length - shown.length
  return (
    <section class="told-receiver" aria-label={name ?? 'Incidents only'}>
      <h3>{name ?? 'Incidents only'}</h3>
      {receiver?.state === 'failing' && receiver.failing_since !== null && (
        <p class="is-bad">
          Failing since <Ago time={receiver.failing_since} />: {receiver.last_error}
        </p>
      )}
      {receiver?.state === 'disabled' && <p class="is-warn">Switched off</p>}
      <ul>
        {shown.map(notification => (
          <NotificationItem key={notification.id} notification={notification} silences={silences} />
        ))}
      </ul>
      {earlier > 0 && (
        <button type="button" class="link" onClick={() => (isOpen.value = true)}>
          {counted(earlier, 'earlier one')}
        </button>
      )}
    </section>
  )
}

function NotificationItem({ notification, silences }: { notification: Notification; silences: KnownSilences }) {
  const { status, created_at, ended_at, by } = notification
  const next = nextOf(notification, now.value)
  const names = namesOfReason(notification)
  return (
    <li class="told-item">
      <p class="told-line">
        <NotificationStatusMark notification={notification} />
        <Ago time={ended_at ?? created_at} />
        <span class="hint">{alertsTold(notification)}</span>
      </p>
      <p>
        {capital(reasonWords(notification))}
        {names !== '' && `: ${names}`}
        {next !== null && (
          <span class="hint">
            {' '}
            · {status === 'pending' ? 'next attempt' : 'waits until'} <NextLook at={next} />
          </span>
        )}
      </p>
      {names === '' && by.length > 0 && <MuteSentences mutes={mutedBy(by)} silences={silences} />}
      <Attempts notification={notification} />
    </li>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
