import type { ReadonlySignal } from '@preact/signals'
import type { MonitorItem } from '../../src/contract/monitors'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { Ago } from '../components/time'
import { isOperator } from '../session'
import { Expiry } from './expiry'
import { MonitorStatusMark } from './monitor-status'
import { RecentChecks } from './recent-checks'
import { labelTexts, TYPE_NAMES } from './words'

interface MonitorRowProps {
  monitor: MonitorItem
  /** Id of the current row. */
  current: ReadonlySignal<string>
  selected: ReadonlySignal<ReadonlySet<string>>
  onSelect(id: string): void
  onLabel(label: string): void
}

/** A monitor in a list: one line, or two on a phone. */
export function MonitorRow({ monitor, current, selected, onSelect, onLabel }: MonitorRowProps) {
  const { id, name, type, target, status, status_since, error, labels, latency_ms, last_checked_at, recent } = monitor
  const isSelected = selected.value.has(id)
  const classes = [
    'monitor-row columns-row',
    isSelected ? 'is-selected' : '',
    current.value === id ? 'is-current' : '',
    `is-monitor-${status}-row`,
  ]
  return (
    <div class={classes.filter(Boolean).join(' ')} data-monitor={id}>
      <span class="monitor-pick">
        {isOperator.value && (
          <input
            type="checkbox"
            class="pick"
            aria-label={`Select ${name}`}
            checked={isSelected}
            onChange={() => onSelect(id)}
          />
        )}
      </span>
      <span class="monitor-status">
        <MonitorStatusMark status={status} />
      </span>
      <span class="monitor-name">
        <a href={`/monitors/${id}`} title={name}>
          {name}
        </a>
        {status === 'down' && error ? (
          <span class="monitor-why" title={error.message}>
            {formatDuration(now.value - Date.parse(status_since))} · {error.message}
          </span>
        ) : (
          <span class="monitor-target" title={target ?? ''}>
            {target}
          </span>
        )}
      </span>
      <span class="monitor-recent">
        <RecentChecks recent={recent} />
      </span>
      <span class="monitor-latency number">{latency_ms === null ? '' : formatDuration(latency_ms)}</span>
      <span class="monitor-certificate">
        <Expiry at={monitor.tls_expires_at} />
      </span>
      <span class="monitor-labels" title={labelTexts(labels).join(', ')}>
        {labelTexts(labels).map(text => (
          <button key={text} type="button" class="tag" onClick={() => onLabel(text)}>
            {text}
          </button>
        ))}
      </span>
      <span class="monitor-type">{TYPE_NAMES[type]}</span>
      <span class="monitor-checked number">
        <Ago time={last_checked_at} />
      </span>
    </div>
  )
}
