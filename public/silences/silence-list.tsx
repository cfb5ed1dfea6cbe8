import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SilenceState } from '../../src/contract/silences'
import { messageOf } from '../api'
import { Empty, Failure } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { TypedFilter } from '../components/typed-filter'
import { toggled } from '../jobs/list-state'
import { setFilters } from '../router'
import { isOperator, me } from '../session'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'
import { BulkExpire } from './bulk-expire'
import { SilenceCard } from './silence-card'
import type { SilenceDraft } from './silence-dialog'

interface SilenceListProps {
  state: SilenceState
  q: string
  /** Increases when one was saved. */
  version: number
  onEdit(draft: SilenceDraft): void
}

const PAGE_SIZE = 100
/** Polling interval of how many alerts each mutes. */
const POLL_MS = 15_000
const REFRESH_MS = 500

/** Silences of one state, by when they end. */
export function SilenceList({ state, q, version, onEdit }: SilenceListProps) {
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const refused = useSignal('')
  const list = usePagedList<'/api/silences', true>('/api/silences', {
    params: { state, ...(q !== '' && { q }) },
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
    live: {
      topic: 'events',
      pick: event => event.type.startsWith('silence_') || undefined,
      apply: items => ({ items, stale: items.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
  useEffect(() => {
    if (version > 0) void list.refresh()
  }, [version])
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await list.refresh()
  }
  // Not before it is known whether they have buttons, which take much of their width.
  const silences = me.value === null ? [] : (list.items.value ?? [])
  const shownIds = new Set(silences.map(byId))
  const picked = new Set([...selected.value].filter(id => shownIds.has(id)))
  const all = silences.length > 0 && picked.size === silences.length
  return (
    <>
      <search class="filters">
        <TypedFilter
          label="Search silences"
          hint="Search comment, author or matcher"
          value={q}
          hasShortcut
          onTyped={text => setFilters({ q: text })}
        />
        {isOperator.value && state !== 'expired' && silences.length > 0 && (
          <label class="check-label">
            <input
              type="checkbox"
              checked={all}
              onChange={() => (selected.value = all ? new Set() : new Set(shownIds))}
            />
            select all shown
          </label>
        )}
      </search>
      {refused.value !== '' && <Failure message={refused.value} />}
      {me.value === null && list.items.value !== null && <div class="is-loading" aria-busy="true" />}
      <ListStatus list={list} empty={<NoSilences state={state} isFiltered={q !== ''} />} />
      {silences.length > 0 && (
        <ul class="silences" aria-label="Silences">
          {silences.map(silence => (
            <SilenceCard
              key={silence.id}
              silence={silence}
              isPicked={picked.has(silence.id)}
              onPick={state === 'expired' ? null : () => (selected.value = toggled(picked, silence.id))}
              onChange={work => void change(work)}
              onChanged={() => void list.refresh()}
              onEdit={onEdit}
            />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
      <BulkExpire
        selected={picked}
        onDone={() => {
          selected.value = new Set()
          void list.refresh()
        }}
        onClear={() => (selected.value = new Set())}
      />
    </>
  )
}

const TITLES: Record<SilenceState, string> = {
  active: 'Nothing is silenced',
  pending: 'No silence starts later',
  expired: 'No silence has ended yet',
}

function NoSilences({ state, isFiltered }: { state: SilenceState; isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No silences match">
        <a href={`/silences?tab=${state}`}>Show all of them</a>
      </Empty>
    )
  }
  return (
    <Empty title={TITLES[state]}>
      {isOperator.value ? (
        <p>
          Select alerts on <a href="/alerts">the alerts page</a> and press <kbd>s</kbd>, or create a silence here.
        </p>
      ) : (
        <p>Operators create silences.</p>
      )}
    </Empty>
  )
}

interface OneSilenceProps extends Pick<SilenceListProps, 'version' | 'onEdit'> {
  id: string
}

/** The silence that a link leads to, whatever its state. */
export function OneSilence({ id, version, onEdit }: OneSilenceProps) {
  const { value, problem, read } = useFetch('/api/silences/{id}', { id }, { pollMs: POLL_MS })
  const refused = useSignal('')
  useEffect(() => {
    if (version > 0) void read()
  }, [version])
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await read()
  }
  const silence = value.value
  return (
    <section class="one-silence" aria-label="Linked silence">
      <div class="row">
        <h2>{silence ? `This silence is ${silence.state}` : 'This silence'}</h2>
        <span class="spacer" />
        <a href="/silences">Show all</a>
      </div>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {refused.value !== '' && <Failure message={refused.value} />}
      {!silence && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {silence && (
        <ul class="silences">
          <SilenceCard
            silence={silence}
            isPicked={false}
            onPick={null}
            onChange={work => void change(work)}
            onChanged={() => void read()}
            onEdit={onEdit}
          />
        </ul>
      )}
    </section>
  )
}
