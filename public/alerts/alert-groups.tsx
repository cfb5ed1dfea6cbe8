import { type ReadonlySignal, signal, useSignal } from '@preact/signals'
import type { AlertGroup, AlertItem } from '../../src/contract/alerts'
import type { Labels } from '../../src/contract/matchers'
import { counted, formatCount } from '../../text/numbers'
import { Empty, Failure } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { toggled } from '../jobs/list-state'
import { isOperator } from '../session'
import { commonLabels, severityRank } from './alert'
import { type AlertListState, AlertRow, type AlertRowActions } from './alert-row'
import { type AlertFilters, alertSearchOf, groupMatchers, groupNamesOf } from './filters'
import type { KnownSilences } from './mute-words'
import { SeverityCounts } from './severity'
import { useAlertKeys } from './use-alert-keys'
import { useAlertList, useGroups } from './use-alerts'

/** The keys for rows work in the list; that for the selection, here, too. */
const NO_ROWS = signal<readonly AlertItem[]>([])

interface AlertGroupsProps {
  filters: AlertFilters
  state: AlertListState
  actions: AlertRowActions
  silences: ReadonlySignal<KnownSilences>
}

/** Alerts by the values of labels: a card per group, the largest first. */
export function AlertGroups({ filters, state, actions, silences }: AlertGroupsProps) {
  const groups = useGroups(filters)
  const open = useSignal<ReadonlySet<string>>(new Set())
  useAlertKeys({ alerts: NO_ROWS, state, onSilence: actions.onSilence })
  const found = groups.value.value
  if (groups.problem.value !== '') return <Failure message={groups.problem.value} onRetry={() => void groups.read()} />
  if (!found) return <div class="is-loading" aria-busy="true" />
  if (found.items.length === 0) {
    return (
      <Empty title="No alerts match">
        <a href="/alerts">Show all alerts</a>
      </Empty>
    )
  }
  return (
    <>
      <p class="hint">
        {counted(found.total, 'alert')} in {counted(found.total_groups, 'group')}
        {found.total_groups > found.items.length && `; the ${formatCount(found.items.length)} largest are shown`}
      </p>
      <div class="alert-cards">
        {found.items.map(group => {
          const key = JSON.stringify(group.labels)
          return (
            <Card
              key={key}
              group={group}
              isOpen={open.value.has(key)}
              onToggle={() => (open.value = toggled(open.value, key))}
              filters={filters}
              state={state}
              actions={actions}
              silences={silences}
            />
          )
        })}
      </div>
    </>
  )
}

interface CardProps extends AlertGroupsProps {
  group: AlertGroup
  isOpen: boolean
  onToggle(): void
}

function Card({ group, isOpen, onToggle, ...list }: CardProps) {
  const names = groupNamesOf(list.filters)
  const words = names.map(name => `${name}=${group.labels[name] ?? ''}`).join(' ')
  const severities = [...group.severities].sort((a, b) => severityRank(a.value) - severityRank(b.value))
  return (
    <section class={`alert-card${isOpen ? ' is-open' : ''}`} aria-label={words}>
      <header>
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={`Alerts of ${words}`}
          onClick={onToggle}
        />
        <span class="alert-card-labels">
          {names.map(name => (
            <span key={name} class="tag">
              <span class="tag-name">{name}=</span>
              {group.labels[name] || <i>none</i>}
            </span>
          ))}
        </span>
        <b class="alert-card-count">{formatCount(group.count)}</b>
        <SeverityCounts counts={severities} />
      </header>
      {isOpen && <GroupAlerts labels={group.labels} names={names} {...list} />}
    </section>
  )
}

interface GroupAlertsProps extends AlertGroupsProps {
  labels: Labels
  names: readonly string[]
}

/** The alerts of an open group: what they have in common once, then each with the rest. */
function GroupAlerts({ labels, names, filters, state, actions, silences }: GroupAlertsProps) {
  const own: AlertFilters = {
    ...filters,
    group_by: '',
    filter: [...new Set([...filters.filter, ...groupMatchers(names, labels)])],
  }
  const { list } = useAlertList(own, () => true)
  const alerts = list.items.value ?? []
  const isWhole = !list.hasMore.value
  const common = alerts.length > 1 && isWhole ? commonLabels(alerts) : labels
  const further = Object.entries(common).filter(([name]) => !names.includes(name))
  return (
    <div class="alert-card-body">
      <div class="row">
        {further.length > 0 && (
          <span class="hint alert-card-common">
            All have{' '}
            {further.map(([name, value]) => (
              <span key={name} class="tag">
                <span class="tag-name">{name}=</span>
                {value}
              </span>
            ))}
          </span>
        )}
        <span class="spacer" />
        <a href={`/alerts${alertSearchOf(own)}`}>As a list</a>
        {isOperator.value && isWhole && alerts.length > 0 && (
          <button type="button" onClick={() => actions.onSilence(alerts)}>
            Silence group
          </button>
        )}
      </div>
      <ListStatus list={list} empty="None any more" />
      <ul class="alerts is-in-card">
        {alerts.map(alert => (
          <li key={alert.id}>
            <AlertRow alert={alert} state={state} actions={actions} silences={silences} known={common} />
          </li>
        ))}
      </ul>
      <LoadMore list={list} />
    </div>
  )
}
