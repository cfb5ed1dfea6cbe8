import { useEffect, useRef } from 'preact/hooks'
import type { ResultItem } from '../../../src/contract/queries'
import { Ago } from '../../components/time'

interface ResultDetailsProps {
  item: ResultItem
  columns: string[]
  onHost(id: string): void
  onClose(): void
}

/** One row with its full values. */
export function ResultDetails({ item, columns, onHost, onClose }: ResultDetailsProps) {
  const row = item.row ?? {}
  const box = useRef<HTMLElement>(null)
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [item])
  return (
    <aside
      ref={box}
      class="grid-details"
      aria-label="Row details"
      onKeyDown={event => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header class="row">
        <a href={`/hosts/${item.host_id}`}>{item.hostname || item.host_identifier}</a>
        <span class="hint">
          row {item.no} · <Ago time={item.answered_at} />
          {item.late && ' · after the deadline'}
        </span>
        <span class="spacer" />
        <button type="button" onClick={() => onHost(item.host_id)}>
          Rows from this host
        </button>
        <button type="button" onClick={() => void navigator.clipboard?.writeText(JSON.stringify(row, null, 2))}>
          Copy
        </button>
        <button type="button" class="quiet" aria-label="Close row details" onClick={onClose}>
          ×
        </button>
      </header>
      <dl>
        {columns.map(column => (
          <div key={column}>
            <dt>{column}</dt>
            <dd>{row[column] ?? <span class="hint">no value</span>}</dd>
          </div>
        ))}
      </dl>
    </aside>
  )
}
