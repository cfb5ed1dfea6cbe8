import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { SEVERITIES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { ColumnMenu, ColumnsHead, columnsLayout } from '../components/columns'
import { FilterSelect } from '../components/filter-select'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TabLinks } from '../components/tab-links'
import { TypedFilter } from '../components/typed-filter'
import { WindowRows } from '../components/window-rows'
import { incidentCounts } from '../incidents/counts'
import {
  INCIDENT_FILTERS,
  INCIDENT_TABS,
  type IncidentFilters,
  type IncidentTab,
  incidentSearchOf,
  tabOf,
} from '../incidents/filters'
import { INCIDENT_TABLE } from '../incidents/incident-columns'
import { type AskedAction, IncidentDialog } from '../incidents/incident-dialogs'
import { IncidentRow } from '../incidents/incident-row'
import { NoIncidents } from '../incidents/no-incidents'
import { NoticeSwitch } from '../incidents/notice-switch'
import { useIncidents } from '../incidents/use-incidents'
import { search, setFilters } from '../router'
import { isOperator } from '../session'
import { readFilters } from '../url-filters'
import { useMedia } from '../use-media'
import { useRowKeys } from '../use-row-keys'

/** Also in css/incidents.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

/** Incidents: those that wait for somebody first, live. */
export default function IncidentsPage() {
  const filters = useMemo(() => readFilters(INCIDENT_FILTERS, search.value), [search.value])
  return (
    <PageFrame page="incidents" actions={<NoticeSwitch />}>
      <TabLinks
        tabs={INCIDENT_TABS.map(tab => [tab, <TabLabel key={tab} tab={tab} />] as const)}
        current={tabOf(filters)}
        hrefOf={status => `/incidents${incidentSearchOf({ ...filters, status })}`}
      />
      <search class="filters">
        <TypedFilter
          label="Search incidents"
          hint="Title, label or #number"
          value={filters.q}
          hasShortcut
          onTyped={q => setFilters({ q })}
        />
        <FilterSelect
          label="Severity"
          all="Any severity"
          value={filters.severity}
          options={SEVERITIES}
          onChange={severity => setFilters({ severity })}
        />
        <ColumnMenu table={INCIDENT_TABLE.table} columns={INCIDENT_TABLE.columns} />
      </search>
      <Listed key={incidentSearchOf(filters)} filters={filters} />
    </PageFrame>
  )
}

const TITLES: Partial<Record<IncidentTab, string>> = { '': 'Unresolved', all: 'All' }

function TabLabel({ tab }: { tab: IncidentTab }) {
  const counts = incidentCounts.value
  const count =
    counts === null || tab === 'resolved' || tab === 'all'
      ? undefined
      : tab === ''
        ? counts.open + counts.muted + counts.acknowledged
        : counts[tab]
  return (
    <>
      <span class="tab-name">{TITLES[tab] ?? tab}</span>
      {tab !== 'resolved' && tab !== 'all' && <b class="tab-count">{count === undefined ? '' : formatCount(count)}</b>}
    </>
  )
}

function Listed({ filters }: { filters: IncidentFilters }) {
  const { list, rows } = useIncidents(filters)
  const asked = useSignal<AskedAction | null>(null)
  const acknowledge = (incident: AskedAction['incident']) => {
    if (asked.peek() === null && incident.status !== 'resolved') asked.value = { does: 'acknowledge', incident }
  }
  const current = useRowKeys(rows, {
    name: 'incident',
    path: '/incidents',
    keys: {
      a: id => {
        const incident = rows.peek()?.find(each => each.id === id)
        if (incident && isOperator.peek()) acknowledge(incident)
      },
    },
  })
  const isPhone = useMedia('(max-width: 620px)')
  const incidents = rows.value ?? []
  return (
    <>
      <ListStatus list={list} empty={<NoIncidents filters={filters} />} />
      {incidents.length > 0 && (
        <div class="incidents columns" {...columnsLayout(INCIDENT_TABLE)}>
          <ColumnsHead {...INCIDENT_TABLE} />
          <WindowRows
            name="Incidents"
            items={incidents}
            rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
            idOf={({ id }) => id}
            row={incident => <IncidentRow incident={incident} current={current} onAcknowledge={acknowledge} />}
          />
        </div>
      )}
      <LoadMore list={list} />
      <IncidentDialog asked={asked} onDone={() => void list.refresh()} />
    </>
  )
}
