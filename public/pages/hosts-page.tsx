import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Host, HostCounts } from '../../src/contract/hosts'
import type { Targets } from '../../src/contract/queries'
import { HOST_STATUSES } from '../../src/contract/values'
import { ColumnMenu } from '../components/columns'
import { Empty } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { type HostFilters, hostFiltersOf, hostSearchOf, isNarrowed, targetsOf } from '../fleet/hosts/filters'
import { HostFilterBar } from '../fleet/hosts/host-filters'
import { HOST_COLUMNS, HOST_TABLE, HostTable } from '../fleet/hosts/host-table'
import { SelectionBar } from '../fleet/hosts/selection-bar'
import { useHosts } from '../fleet/hosts/use-hosts'
import { toggled } from '../jobs/list-state'
import { useKeys } from '../keys'
import { navigate, search } from '../router'
import { isOperator } from '../session'
import { useRowKeys } from '../use-row-keys'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'All hosts', search: '' },
  { name: 'Missing', search: '?status=missing' },
]

/** All hosts with their status, and bulk actions. */
export default function HostsPage() {
  const filters = useMemo(() => hostFiltersOf(search.value), [search.value])
  const { list, counts } = useHosts(filters)
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const select = (id: string) => {
    selected.value = toggled(selected.value, id)
  }
  const current = useRowKeys(list.items, { name: 'host', path: '/hosts', keys: { s: select } })
  const state = { current, selected }
  useKeys({ a: () => isOperator.value && navigate('/hosts/add') })
  const set = (change: Partial<HostFilters>) =>
    navigate(`/hosts${hostSearchOf({ ...filters, ...change })}`, { replace: true })
  const shown = list.items.value
  const isNone = shown?.length === 0 && !isNarrowed(filters)
  return (
    <PageFrame
      page="hosts"
      actions={
        isOperator.value && (
          <a class="button primary" href="/hosts/add" title="Add host (a)">
            Add host
          </a>
        )
      }
    >
      {!isNone && (
        <SavedViews page="hosts" path="/hosts" builtIn={VIEWS} search={hostSearchOf(filters)}>
          <ColumnMenu table={HOST_TABLE} columns={HOST_COLUMNS} />
        </SavedViews>
      )}
      {!isNone && <HostFilterBar filters={filters} counts={counts} onChange={set} />}
      {!isNone && (
        <SelectionBar
          selected={state.selected.value}
          all={targetsOf(filters) ?? allOf(shown, list.hasMore.value)}
          total={filters.status === '' ? sumOf(counts.value) : countOf(counts.value, filters.status)}
          isFiltered={isNarrowed(filters)}
          onClear={() => (state.selected.value = new Set())}
          onLabeled={() => void list.refresh()}
        />
      )}
      <ListStatus list={list} empty={<NoHosts isFiltered={!isNone} />} />
      {shown !== null && shown.length > 0 && (
        <HostTable
          hosts={shown}
          state={state}
          sort={filters.sort}
          onSort={sort => set({ sort })}
          onLabel={label => set({ label })}
        />
      )}
      <LoadMore list={list} />
    </PageFrame>
  )
}

/** The IDs of all listed hosts, or null while there are more pages. */
const allOf = (hosts: Host[] | null, hasMore: boolean): Targets | null =>
  hosts !== null && !hasMore ? { host_ids: hosts.map(host => host.id) } : null

const sumOf = (counts: HostCounts | null) =>
  counts === null ? 0 : HOST_STATUSES.reduce((sum, status) => sum + counts[status], 0)

const countOf = (counts: HostCounts | null, status: string) =>
  counts?.[HOST_STATUSES.find(each => each === status) ?? 'online'] ?? 0

function NoHosts({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No hosts match">
        <a href="/hosts">Show all hosts</a>
      </Empty>
    )
  }
  if (!isOperator.value) return <Empty title="No hosts yet" />
  return (
    <Empty title="No hosts yet">
      <p>
        <a href="/hosts/add">Add a host</a> that runs osquery and enrolls with a secret.
      </p>
      <p>
        To try Tailrace out first, enroll simulated hosts: <code>npm run simulate:fleet -- --hosts 50</code>
      </p>
    </Empty>
  )
}
