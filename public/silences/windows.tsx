import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { MaintenanceWindow } from '../../src/contract/silences'
import { formatDateTime } from '../../text/times'
import { matcherText } from '../alerts/matcher-text'
import { client, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Empty, Failure } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { Moment } from '../components/time'
import { isOperator } from '../session'
import { byId, usePagedList } from '../use-paged-list'
import { Calendar } from './calendar'

interface WindowsProps {
  /** Increases when one was saved. */
  version: number
  onEdit(window: MaintenanceWindow): void
}

const POLL_MS = 15_000

/** Maintenance windows: a calendar, and each with its timing and its actions. */
export function Windows({ version, onEdit }: WindowsProps) {
  const refused = useSignal('')
  const list = usePagedList('/api/maintenance-windows', { idOf: byId, pageSize: 100, pollMs: POLL_MS })
  useEffect(() => {
    if (version > 0) void list.refresh()
  }, [version])
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await list.refresh()
  }
  const windows = list.items.value ?? []
  return (
    <>
      {refused.value !== '' && <Failure message={refused.value} />}
      <ListStatus list={list} empty={<NoWindows />} />
      {windows.length > 0 && <Calendar windows={windows} />}
      {windows.length > 0 && (
        <ul class="silences" aria-label="Maintenance windows">
          {windows.map(window => (
            <WindowCard
              key={window.id}
              window={window}
              onChange={work => void change(work)}
              onChanged={() => void list.refresh()}
              onEdit={() => onEdit(window)}
            />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
    </>
  )
}

const NoWindows = () => (
  <Empty title="No maintenance windows">
    <p>
      A window mutes alerts again and again, such as each Saturday night. What begins and ends in it is never notified.
    </p>
    {!isOperator.value && <p>Operators create them.</p>}
  </Empty>
)

interface WindowCardProps {
  window: MaintenanceWindow
  onChange(work: Promise<unknown>): void
  onChanged(): void
  onEdit(): void
}

function WindowCard({ window, onChange, onChanged, onEdit }: WindowCardProps) {
  const { id, name, matchers, words, ends_at, enabled } = window
  return (
    <li class={`silence is-window${enabled ? '' : ' is-silence-expired'}`} id={`window-${id}`}>
      <div class="silence-what">
        <p class="silence-facts">
          <b>{name}</b>
          <NextTime window={window} />
        </p>
        <p class="silence-matchers">
          {matchers.map(matcherText).map(text => (
            <code key={text} class="tag">
              {text}
            </code>
          ))}
        </p>
        <p class="hint">
          {words}
          {ends_at !== null && `, until ${formatDateTime(ends_at)}`}
        </p>
      </div>
      {isOperator.value && (
        <div class="silence-actions">
          {enabled ? (
            <ConfirmButton
              label="Switch off"
              confirmLabel={`Switch off ${name}`}
              effect="It mutes nothing until it is switched on again."
              done={`Window ${name} switched off`}
              onConfirm={async reason => {
                await client.patch('/api/maintenance-windows/{id}', { id, body: { enabled: false, reason } })
                onChanged()
              }}
            />
          ) : (
            <button
              type="button"
              onClick={() => onChange(client.patch('/api/maintenance-windows/{id}', { id, body: { enabled: true } }))}
            >
              Switch on
            </button>
          )}
          <button type="button" onClick={onEdit}>
            Edit
          </button>
          <ConfirmButton
            label="Delete"
            confirmLabel={`Delete ${name}`}
            effect="It no longer mutes anything."
            done={`Window ${name} deleted`}
            onConfirm={async reason => {
              await client.delete('/api/maintenance-windows/{id}', { id, reason })
              onChanged()
            }}
          />
        </div>
      )}
    </li>
  )
}

function NextTime({ window: { enabled, is_open, open_until, next } }: { window: MaintenanceWindow }) {
  if (!enabled) return <span class="badge">switched off</span>
  if (is_open && open_until) {
    return (
      <span class="badge is-open">
        open until <Moment time={open_until}>{formatDateTime(open_until)}</Moment>
      </span>
    )
  }
  const [first] = next
  if (!first) return <span class="badge">over</span>
  return (
    <span>
      next <Moment time={first.starts_at}>{formatDateTime(first.starts_at)}</Moment>
    </span>
  )
}
