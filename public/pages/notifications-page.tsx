import { useMemo } from 'preact/hooks'
import type { Notification } from '../../src/contract/receivers'
import { NOTIFICATION_STATUSES } from '../../src/contract/values'
import { MuteSentences } from '../alerts/mute-words'
import { mutedBy } from '../alerts/muted-by'
import { useActiveSilences } from '../alerts/use-alerts'
import { reasonWords } from '../alerts/words'
import { now } from '../clock'
import { Empty } from '../components/empty'
import { FilterSelect } from '../components/filter-select'
import { ListStatus, LoadMore } from '../components/list-status'
import { ScrollTable, TableHead } from '../components/listing'
import { PageFrame } from '../components/page-frame'
import { Ago } from '../components/time'
import { NextLook } from '../incidents/next-look'
import { Attempts } from '../notifications/attempts'
import { NotificationStatusMark } from '../notifications/notification-status'
import { alertsTold, namesOfReason, nextOf } from '../notifications/notification-words'
import { search, setFilters } from '../router'
import { readFilters } from '../url-filters'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'

const FILTERS = ['status', 'receiver', 'incident'] as const
const POLL_MS = 5_000
const RECEIVERS_MAX = 500
const STATUS_NAMES: Record<Notification['status'], string> = {
  pending: 'Waiting',
  sent: 'Sent',
  failed: 'Failed',
  not_sent: 'Not sent',
}
const STATUSES = NOTIFICATION_STATUSES.map(value => ({ value, name: STATUS_NAMES[value] }))

/** Everything that was sent, and every decision not to send, with its reason. */
export default function NotificationsPage() {
  const filters = useMemo(() => readFilters(FILTERS, search.value), [search.value])
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
  const list = usePagedList('/api/notifications', { params: given, idOf: byId, pollMs: POLL_MS })
  const receivers = useFetch('/api/receivers', { limit: RECEIVERS_MAX })
  const silences = useActiveSilences()
  const isFiltered = Object.keys(given).length > 0
  return (
    <PageFrame page="notifications">
      <search class="filters">
        <FilterSelect
          label="Status"
          all="Sent or not"
          value={filters.status}
          options={STATUSES}
          onChange={status => setFilters({ status })}
        />
        <FilterSelect
          label="Receiver"
          all="All receivers"
          value={filters.receiver}
          options={(receivers.value.value?.items ?? []).map(({ name }) => name)}
          onChange={receiver => setFilters({ receiver })}
        />
        {filters.incident !== '' && (
          <button
            type="button"
            class="toggle is-on"
            aria-label="Remove the filter for one incident"
            onClick={() => setFilters({ incident: '' })}
          >
            one incident ×
          </button>
        )}
        {isFiltered && (
          <a class="button" href="/notifications">
            Clear
          </a>
        )}
      </search>
      <ListStatus list={list} empty={<NoNotifications isFiltered={isFiltered} />} />
      {(list.items.value ?? []).length > 0 && (
        <ScrollTable name="Notifications">
          <TableHead columns={['When', 'Receiver', 'Outcome', 'Alerts', 'Why', 'Attempts', 'Next', 'Incident']} />
          <tbody>
            {list.items.value?.map(notification => (
              <Row key={notification.id} notification={notification} silences={silences.value} />
            ))}
          </tbody>
        </ScrollTable>
      )}
      <LoadMore list={list} />
    </PageFrame>
  )
}

const NoNotifications = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="No notifications match">
      <a href="/notifications">Show all notifications</a>
    </Empty>
  ) : (
    <Empty title="Nobody has been notified of anything yet">
      <p>
        Incidents are notified to <a href="/admin/receivers">receivers</a> that <a href="/alert-routes">the routes</a>{' '}
        name.
      </p>
    </Empty>
  )

interface RowProps {
  notification: Notification
  silences: Parameters<typeof MuteSentences>[0]['silences']
}

function Row({ notification, silences }: RowProps) {
  const { receiver, incident_id, created_at, by, attempts } = notification
  const names = namesOfReason(notification)
  return (
    <tr>
      <td>
        <Ago time={created_at} />
      </td>
      <td>
        {receiver === null ? (
          <span class="hint">incidents only</span>
        ) : (
          <a href={`/notifications?receiver=${encodeURIComponent(receiver)}`}>{receiver}</a>
        )}
      </td>
      <td>
        <NotificationStatusMark notification={notification} />
      </td>
      <td>{alertsTold(notification)}</td>
      <td class="wide notification-why">
        {reasonWords(notification)}
        {names !== '' && `: ${names}`}
        {names === '' && by.length > 0 && <MuteSentences mutes={mutedBy(by)} silences={silences} />}
      </td>
      <td>{attempts.length > 0 && <Attempts notification={notification} />}</td>
      <td>
        <NextLook at={nextOf(notification, now.value)} />
      </td>
      <td>{incident_id !== null && <a href={`/incidents/${incident_id}`}>incident</a>}</td>
    </tr>
  )
}
