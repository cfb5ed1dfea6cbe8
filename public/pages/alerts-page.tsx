import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { AlertItem } from '../../src/contract/alerts'
import type { Matcher } from '../../src/contract/matchers'
import { ALERT_TABLE } from '../alerts/alert-columns'
import { AlertGroups } from '../alerts/alert-groups'
import { AlertList } from '../alerts/alert-list'
import type { AlertListState, AlertRowActions } from '../alerts/alert-row'
import { Facets } from '../alerts/facets'
import { FilterBar } from '../alerts/filter-bar'
import {
  type AlertFilters,
  alertFiltersOf,
  alertSearchOf,
  groupNamesOf,
  isNarrowed,
  toggleMatcher,
} from '../alerts/filters'
import { matchersFor } from '../alerts/matcher-text'
import type { KnownSilences } from '../alerts/mute-words'
import { NoAlerts } from '../alerts/no-alerts'
import { SelectionBar } from '../alerts/selection-bar'
import { useAlertKeys } from '../alerts/use-alert-keys'
import { clear, useActiveSilences, useAlertList, useFacets } from '../alerts/use-alerts'
import { ColumnMenu } from '../components/columns'
import { ListStatus } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { navigate, search } from '../router'
import { SilenceDialog, type SilenceDraft } from '../silences/silence-dialog'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'Open', search: '' },
  { name: 'Critical', search: alertSearchOf({ filter: ['severity="critical"'] }) },
  { name: 'Muted', search: '?state=suppressed' },
  { name: 'By name', search: '?group_by=alertname' },
]

/** All alerts, as a list or in groups, with counts beside it; select and silence them. */
export default function AlertsPage() {
  const filters = useMemo(() => alertFiltersOf(search.value), [search.value])
  const { facets, states } = useFacets(filters)
  const state: AlertListState = {
    current: useSignal(''),
    selected: useSignal<ReadonlyMap<string, AlertItem>>(new Map()),
  }
  const draft = useSignal<SilenceDraft | null>(null)
  const silences = useActiveSilences()
  const set = (change: Partial<AlertFilters>) =>
    navigate(`/alerts${alertSearchOf({ ...filters, ...change })}`, { replace: true })
  const actions: AlertRowActions = {
    onMatcher: (matcher: Matcher) => set({ filter: toggleMatcher(filters, matcher) }),
    onSilence: alerts => {
      draft.value = { matchers: matchersFor(alerts.map(({ labels }) => labels)) }
    },
  }
  const shared = { filters, state, actions, silences }
  return (
    <PageFrame page="alerts">
      <SavedViews page="alerts" path="/alerts" builtIn={VIEWS} search={alertSearchOf(filters)}>
        <ColumnMenu table={ALERT_TABLE.table} columns={ALERT_TABLE.columns} />
      </SavedViews>
      <FilterBar filters={filters} states={states} labels={facets?.labels ?? []} onChange={set} />
      <div class="alerts-layout">
        <div class="alerts-main">
          {groupNamesOf(filters).length > 0 ? (
            <AlertGroups key={filters.group_by} {...shared} />
          ) : (
            <Listed key={alertSearchOf(filters)} {...shared} />
          )}
        </div>
        <Facets filters={filters} facets={facets} onChange={set} />
      </div>
      <SelectionBar
        selected={state.selected.value}
        onSilence={actions.onSilence}
        onClear={() => clear(state.selected)}
      />
      {draft.value && (
        <SilenceDialog draft={draft.value} onSaved={() => clear(state.selected)} onClose={() => (draft.value = null)} />
      )}
    </PageFrame>
  )
}

interface ListedProps {
  filters: AlertFilters
  state: AlertListState
  actions: AlertRowActions
  silences: ReadonlySignal<KnownSilences>
}

function Listed({ filters, state, actions, silences }: ListedProps) {
  const isAtRest = () => scrollY < innerHeight / 2 && state.current.peek() === '' && state.selected.peek().size === 0
  const { list, unseen, showUnseen } = useAlertList(filters, isAtRest)
  useAlertKeys({ alerts: list.items, state, onSilence: actions.onSilence })
  const show = () => {
    state.current.value = ''
    scrollTo({ top: 0 })
    showUnseen()
  }
  return (
    <>
      <ListStatus list={list} empty={<NoAlerts filters={filters} isFiltered={isNarrowed(filters)} />} />
      <AlertList list={list} unseen={unseen} state={state} actions={actions} silences={silences} onShowUnseen={show} />
    </>
  )
}
