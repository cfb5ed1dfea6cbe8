import { useSignal } from '@preact/signals'
import type { Check } from '../../src/contract/checks'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { ListStatus } from '../components/list-status'
import { Ago } from '../components/time'
import { toggled } from '../jobs/list-state'
import type { PagedList } from '../paged-list'
import { setFilters } from '../router'
import { CheckResult } from './check-result'
import { PhaseBar } from './phase-bar'

interface CheckListProps {
  list: PagedList<Check>
  onlyFailures: boolean
}

/** The checks of a monitor, the newest first. */
export function CheckList({ list, onlyFailures }: CheckListProps) {
  const opened = useSignal<ReadonlySet<string>>(new Set())
  return (
    <section class="checks" aria-label="Checks">
      <header class="row">
        <h2>Checks</h2>
        <span class="spacer" />
        <label class="check-label">
          <input
            type="checkbox"
            checked={onlyFailures}
            onChange={event => setFilters({ failures: event.currentTarget.checked ? '1' : '' })}
          />
          failures only
        </label>
      </header>
      <ListStatus list={list} empty={onlyFailures ? 'No failures are kept' : 'Not checked yet'} />
      <ul class="check-rows">
        {(list.items.value ?? []).map(check => (
          <CheckRow
            key={check.id}
            check={check}
            isOpen={opened.value.has(check.id)}
            onToggle={() => (opened.value = toggled(opened.value, check.id))}
          />
        ))}
      </ul>
      {list.hasMore.value && (
        <button type="button" class="more" onClick={() => void list.loadMore()}>
          Load more
        </button>
      )}
    </section>
  )
}

const MARKS = { up: '✓', down: '✕', unknown: '?' }
const BY: Record<Check['by'], string> = { schedule: '', job: 'by hand', push: 'heartbeat' }

interface CheckRowProps {
  check: Check
  isOpen: boolean
  onToggle(): void
}

function CheckRow({ check, isOpen, onToggle }: CheckRowProps) {
  const { status, checked_at, latency_ms, phases_ms, status_code, error, warnings, attempts, by } = check
  const note = [BY[by], attempts > 1 ? counted(attempts, 'attempt') : ''].filter(Boolean).join(', ')
  return (
    <li class={isOpen ? 'monitor-check is-open' : 'monitor-check'}>
      <button type="button" class="check-line" aria-expanded={isOpen} onClick={onToggle}>
        <span class={`check-status is-check-${status}`}>
          <span aria-hidden="true">{MARKS[status]}</span> {status}
        </span>
        <span class="check-time">
          <Ago time={checked_at} />
        </span>
        <span class="check-latency number">{formatDuration(latency_ms)}</span>
        <span class="check-phases">
          <PhaseBar phases={phases_ms} />
        </span>
        <span class="check-code number">{status_code}</span>
        <span class="check-text" title={error?.message}>
          {error?.message ?? warnings.map(({ message }) => message).join(' ')}
        </span>
        <span class="check-note">{note}</span>
      </button>
      {isOpen && <CheckResult check={check} />}
    </li>
  )
}
