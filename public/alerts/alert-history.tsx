import type { AlertItem, Occurrence } from '../../src/contract/alerts'
import type { Notification } from '../../src/contract/receivers'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { Listing, number } from '../components/listing'
import { Ago, Moment } from '../components/time'
import { nextOf } from '../notifications/notification-words'
import type { PagedList } from '../paged-list'
import { byId, usePagedList } from '../use-paged-list'
import { endWords, notificationStatusWords, reasonWords } from './words'

const POLL_MS = 15_000

/** Every occurrence of an alert, the newest first. */
export const Occurrences = ({ list }: { list: PagedList<Occurrence> }) => (
  <section class="alert-section" aria-label="Occurrences">
    <h2>Occurrences</h2>
    <Listing
      name="Occurrences"
      columns={['From', 'To', number('Duration'), 'Ended because']}
      list={list}
      empty="No occurrences are kept"
      row={occurrence => (
        <tr key={occurrence.id}>
          <td>
            <Moment time={occurrence.starts_at} />
          </td>
          <td>
            {occurrence.resolved_at === null ? (
              <span class="status is-alert-firing">still firing</span>
            ) : (
              <Moment time={occurrence.resolved_at} />
            )}
          </td>
          <td class="number">{formatDuration(lastedMs(occurrence, now.value))}</td>
          <td class="wide">{endWords(occurrence)}</td>
        </tr>
      )}
    />
  </section>
)

const lastedMs = ({ starts_at, resolved_at }: Occurrence, nowMs: number) =>
  (resolved_at === null ? nowMs : Date.parse(resolved_at)) - Date.parse(starts_at)

/** What was sent about an alert, and what was not and why. */
export function AlertNotifications({ alert: { fingerprint } }: { alert: AlertItem }) {
  const list = usePagedList('/api/notifications', { params: { fingerprint }, idOf: byId, pollMs: POLL_MS })
  return (
    <section class="alert-section" aria-label="Notifications">
      <h2>Notifications</h2>
      <Listing
        name="Notifications"
        columns={['When', 'Receiver', 'Outcome', 'Why', 'Incident']}
        list={list}
        empty="Nobody has been notified of it yet"
        row={notification => (
          <tr key={notification.id}>
            <td>
              <Ago time={notification.created_at} />
            </td>
            <td>{notification.receiver ?? 'incidents only'}</td>
            <td>
              <span class={`status is-notification-${notification.status}`}>
                <span class="dot" aria-hidden="true" />
                {notificationStatusWords(notification)}
              </span>
            </td>
            <td class="wide">
              {reasonWords(notification)}
              <LastError notification={notification} />
            </td>
            <td>{notification.incident_id && <a href={`/incidents/${notification.incident_id}`}>incident</a>}</td>
          </tr>
        )}
      />
    </section>
  )
}

function LastError({ notification }: { notification: Notification }) {
  const next = nextOf(notification, now.value)
  const error = notification.attempts.findLast(attempt => attempt.error)?.error
  return (
    <>
      {error && <p class="hint">{error}</p>}
      {next && (
        <p class="hint">
          next at <Moment time={next} />
        </p>
      )}
    </>
  )
}
