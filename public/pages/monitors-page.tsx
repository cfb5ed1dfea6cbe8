import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import '../css/monitors.page.css'
import type { MonitorItem } from '../../src/contract/monitors'
import { MONITOR_STATUSES } from '../../src/contract/values'
import { ColumnMenu, ColumnsHead, columnsLayout } from '../components/columns'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { WindowRows } from '../components/window-rows'
import { toggled } from '../jobs/list-state'
import { useKeys } from '../keys'
import { FilterBar } from '../monitors/filter-bar'
import {
  isNarrowed,
  type MonitorFilters,
  monitorFiltersOf,
  monitorSearchOf,
  selectionOf,
  toggledLabel,
} from '../monitors/filters'
import { ImportDialog } from '../monitors/import-dialog'
import { ListMenu } from '../monitors/list-menu'
import { MONITOR_TABLE } from '../monitors/monitor-columns'
import type { MonitorCounts } from '../monitors/monitor-news'
import { MonitorRow } from '../monitors/monitor-row'
import { NoMonitors } from '../monitors/no-monitors'
import { SelectionBar } from '../monitors/selection-bar'
import { useMonitors } from '../monitors/use-monitors'
import { navigate, search } from '../router'
import { isOperator } from '../session'
import { useMedia } from '../use-media'
import { useRowKeys } from '../use-row-keys'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'All monitors', search: '' },
  { name: 'Down', search: '?status=down' },
  { name: 'Slowest', search: '?sort=-latency' },
]
/** Also in css/monitors.page.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

/** All monitors, live, and bulk actions. */
export default function MonitorsPage() {
  const filters = useMemo(() => monitorFiltersOf(search.value), [search.value])
  const { list, counts } = useMonitors(filters)
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const isImporting = useSignal(false)
  const select = (id: string) => {
    if (isOperator.peek()) selected.value = toggled(selected.value, id)
  }
  const current = useRowKeys(list.items, { name: 'monitor', path: '/monitors', keys: { s: select } })
  useKeys({ a: () => isOperator.value && navigate('/monitors/new') })
  // As they are now: rows keep the functions that they were first given.
  const set = (change: (now: MonitorFilters) => Partial<MonitorFilters>) => {
    const now = monitorFiltersOf(search.peek())
    navigate(`/monitors${monitorSearchOf({ ...now, ...change(now) })}`, { replace: true })
  }
  const shown = list.items.value
  const isFiltered = isNarrowed(filters)
  const isNone = shown?.length === 0 && !isFiltered
  return (
    <PageFrame
      page="monitors"
      actions={
        <>
          <ListMenu onImport={() => (isImporting.value = true)} />
          {isOperator.value && (
            <a class="button primary" href="/monitors/new" title="Add monitor (a)">
              Add monitor
            </a>
          )}
        </>
      }
    >
      {!isNone && (
        <SavedViews page="monitors" path="/monitors" builtIn={VIEWS} search={monitorSearchOf(filters)}>
          <ColumnMenu table={MONITOR_TABLE.table} columns={MONITOR_TABLE.columns} />
        </SavedViews>
      )}
      {!isNone && <FilterBar filters={filters} counts={counts} onChange={change => set(() => change)} />}
      <SelectionBar
        selected={selected.value}
        all={selectionOf(filters)}
        total={countOf(counts.value, filters.status)}
        isFiltered={isFiltered}
        onClear={() => (selected.value = new Set())}
        onDone={() => void list.refresh()}
      />
      <ListStatus
        list={list}
        empty={<NoMonitors isFiltered={isFiltered} onImport={() => (isImporting.value = true)} />}
      />
      {shown !== null && shown.length > 0 && (
        <List
          monitors={shown}
          current={current}
          selected={selected}
          onSelect={select}
          onLabel={label => set(now => ({ label: toggledLabel(now.label, label) }))}
        />
      )}
      <LoadMore list={list} />
      {isImporting.value && (
        <ImportDialog onImported={() => void list.refresh()} onClose={() => (isImporting.value = false)} />
      )}
    </PageFrame>
  )
}

const countOf = (counts: MonitorCounts | null, status: string) =>
  MONITOR_STATUSES.filter(each => status === '' || each === status).reduce(
    (sum, each) => sum + (counts?.[each] ?? 0),
    0,
  )

interface ListProps {
  monitors: readonly MonitorItem[]
  current: ReadonlySignal<string>
  selected: Signal<ReadonlySet<string>>
  onSelect(id: string): void
  onLabel(label: string): void
}

function List({ monitors, current, selected, onSelect, onLabel }: ListProps) {
  const isPhone = useMedia('(max-width: 620px)')
  const areAll = monitors.every(({ id }) => selected.value.has(id))
  return (
    <div class="monitors columns" {...columnsLayout(MONITOR_TABLE)}>
      <div class="monitors-head">
        <ColumnsHead {...MONITOR_TABLE} />
        {isOperator.value && (
          <input
            type="checkbox"
            class="pick"
            aria-label="Select all shown monitors"
            checked={areAll}
            onChange={() => (selected.value = new Set(areAll ? [] : monitors.map(({ id }) => id)))}
          />
        )}
      </div>
      <WindowRows
        name="Monitors"
        items={monitors}
        rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
        idOf={({ id }) => id}
        row={monitor => <MonitorRow {...{ monitor, current, selected, onSelect, onLabel }} />}
      />
    </div>
  )
}
