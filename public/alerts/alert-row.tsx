import { type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals'
import { BellOff, SquareArrowOutUpRight } from 'lucide'
import type { AlertItem } from '../../src/contract/alerts'
import type { Labels, Matcher } from '../../src/contract/matchers'
import { formatUtc } from '../../text/times'
import { Icon } from '../components/icon'
import { Ago } from '../components/time'
import { isOperator } from '../session'
import { isMuted, labelPairs, nameOf, summaryOf, webAddress } from './alert'
import { type KnownSilences, ShortMutes } from './mute-words'
import { Severity } from './severity'

/** What people have chosen in a list of alerts. */
export interface AlertListState {
  /** Id of the occurrence. */
  current: Signal<string>
  /** By id; kept while they are out of the list. */
  selected: Signal<ReadonlyMap<string, AlertItem>>
}

/** What can be done in a row. */
export interface AlertRowActions {
  onMatcher(matcher: Matcher): void
  onSilence(alerts: readonly AlertItem[]): void
}

interface AlertRowProps {
  alert: AlertItem
  state: AlertListState
  actions: AlertRowActions
  /** A signal, so that rows need not be rendered again by the list. */
  silences: ReadonlySignal<KnownSilences>
  /** Labels that are shown above the list already. */
  known?: Labels
}

/** A finger rests on nothing, so the actions are always there. */
const HAS_NO_POINTER = matchMedia('(hover: none)').matches
/** Labels that a row shows; their column has room for about three. */
const TAGS_MAX = 4

/** An alert in a list: one line, or two on a phone. */
export function AlertRow({ alert, state, actions, silences, known = {} }: AlertRowProps) {
  const { id, fingerprint, receivers, starts_at } = alert
  const isSelected = useComputed(() => state.selected.value.has(id)).value
  const isCurrent = useComputed(() => state.current.value === id).value
  const isPointed = useSignal(false)
  const classes = [
    'alert-row columns-row',
    isSelected ? 'is-selected' : '',
    isCurrent ? 'is-current' : '',
    alert.state === 'resolved' ? 'is-over' : '',
  ]
  const name = nameOf(alert)
  return (
    <div
      class={classes.filter(Boolean).join(' ')}
      data-alert={id}
      onPointerEnter={() => (isPointed.value = true)}
      onPointerLeave={() => (isPointed.value = false)}
    >
      <Pick alert={alert} isSelected={isSelected} selected={state.selected} />
      <span class="alert-severity">
        <Severity of={alert.labels.severity ?? ''} />
      </span>
      <span class="alert-what">
        <a class="alert-name" href={`/alerts/${fingerprint}`} title={name}>
          {name}
        </a>
        <span class="alert-summary" title={summaryOf(alert)}>
          {summaryOf(alert)}
        </span>
        {(isPointed.value || isCurrent || HAS_NO_POINTER) && (
          <RowActions alert={alert} name={name} onSilence={actions.onSilence} />
        )}
      </span>
      <LabelTags
        pairs={labelPairs(alert.labels, { ...known, severity: alert.labels.severity ?? '' })}
        actions={actions}
      />
      <span class="alert-state">
        {isMuted(alert) ? (
          <ShortMutes mutes={alert} silences={silences.value} />
        ) : (
          <span class={`status is-alert-${alert.state}`}>{alert.state}</span>
        )}
      </span>
      <span class="alert-receivers" title={receivers.join('\n')}>
        {receivers.join(', ')}
      </span>
      <span class="alert-age number" title={formatUtc(starts_at)}>
        <Ago time={starts_at} future="not yet" />
      </span>
    </div>
  )
}

function Pick({ alert, isSelected, selected }: Pick<AlertRowProps, 'alert'> & PickProps) {
  if (!isOperator.value) return <span class="pick" />
  return (
    <input
      type="checkbox"
      class="pick"
      aria-label={`Select ${nameOf(alert)}`}
      checked={isSelected}
      onChange={() => togglePicked(selected, alert)}
    />
  )
}

interface PickProps {
  isSelected: boolean
  selected: AlertListState['selected']
}

/** Selects an alert, or no longer. */
export function togglePicked(selected: AlertListState['selected'], alert: AlertItem): void {
  const next = new Map(selected.peek())
  if (!next.delete(alert.id)) next.set(alert.id, alert)
  selected.value = next
}

interface RowActionsProps {
  alert: AlertItem
  name: string
  onSilence: AlertRowActions['onSilence']
}

function RowActions({ alert, name, onSilence }: RowActionsProps) {
  const source = webAddress(alert.generator_url)
  return (
    <span class="alert-actions">
      {source && (
        <a
          class="button quiet icon"
          href={source}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={`Source of ${name}`}
          title="Where it comes from"
        >
          <Icon of={SquareArrowOutUpRight} size={14} />
        </a>
      )}
      {isOperator.value && alert.state !== 'resolved' && (
        <button
          type="button"
          class="quiet icon"
          aria-label={`Silence ${name}`}
          title="Silence (s)"
          onClick={() => onSilence([alert])}
        >
          <Icon of={BellOff} size={14} />
        </button>
      )}
    </span>
  )
}

interface LabelTagsProps {
  pairs: ReadonlyArray<readonly [name: string, value: string]>
  actions: AlertRowActions
}

/** Labels; a click on one narrows the list to it. */
const LabelTags = ({ pairs, actions }: LabelTagsProps) => (
  <span class="alert-labels">
    {pairs.slice(0, TAGS_MAX).map(([name, value]) => (
      <button
        key={name}
        type="button"
        class="tag"
        title={`Only ${name}="${value}" (Alt+click: without it)`}
        onClick={event => actions.onMatcher({ name, op: event.altKey ? '!=' : '=', value })}
      >
        <span class="tag-name">{name}=</span>
        {value}
      </button>
    ))}
    {pairs.length > TAGS_MAX && (
      <span
        class="hint"
        title={pairs
          .slice(TAGS_MAX)
          .map(pair => pair.join('='))
          .join('\n')}
      >
        +{pairs.length - TAGS_MAX}
      </span>
    )}
  </span>
)
