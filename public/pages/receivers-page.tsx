import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Receiver } from '../../src/contract/receivers'
import { messageOf } from '../api'
import { Empty, Failure } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { ReceiverCard } from '../receivers/receiver-card'
import { ReceiverDialog } from '../receivers/receiver-dialog'
import { search, setFilters } from '../router'
import { isAdmin } from '../session'
import { readFilters } from '../url-filters'
import { byId, usePagedList } from '../use-paged-list'

const POLL_MS = 5_000

/** Whom incidents are notified to: how each is doing, and its settings. */
export default function ReceiversPage() {
  const { q } = useMemo(() => readFilters(['q'], search.value), [search.value])
  const list = usePagedList('/api/receivers', {
    params: q === '' ? {} : { q },
    idOf: byId,
    pageSize: 100,
    pollMs: POLL_MS,
  })
  const edited = useSignal<Receiver | 'new' | null>(null)
  const refused = useSignal('')
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await list.refresh()
  }
  const receivers = list.items.value ?? []
  return (
    <PageFrame
      page="receivers"
      actions={
        isAdmin.value && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New receiver
          </button>
        )
      }
    >
      <search class="filters">
        <TypedFilter
          label="Search receivers"
          hint="Name"
          value={q}
          hasShortcut
          onTyped={text => setFilters({ q: text })}
        />
      </search>
      {refused.value !== '' && <Failure message={refused.value} />}
      <ListStatus list={list} empty={<NoReceivers isFiltered={q !== ''} />} />
      {receivers.length > 0 && (
        <ul class="silences" aria-label="Receivers">
          {receivers.map(receiver => (
            <ReceiverCard
              key={receiver.id}
              receiver={receiver}
              onChange={work => void change(work)}
              onChanged={() => void list.refresh()}
              onEdit={() => (edited.value = receiver)}
            />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
      {edited.value !== null && (
        <ReceiverDialog
          receiver={edited.value === 'new' ? null : edited.value}
          onSaved={() => void list.refresh()}
          onClose={() => (edited.value = null)}
        />
      )}
    </PageFrame>
  )
}

const NoReceivers = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="No receivers match">
      <a href="/admin/receivers">Show all receivers</a>
    </Empty>
  ) : (
    <Empty title="Nobody is told of incidents yet">
      <p>
        {isAdmin.value
          ? 'Add a webhook, an email address or a Slack channel, send it a test,'
          : 'Admins add webhooks, email addresses and Slack channels,'}{' '}
        and name it in <a href="/alert-routes">the routes</a>.
      </p>
    </Empty>
  )
