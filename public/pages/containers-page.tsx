import { useMemo } from 'preact/hooks'
import '../css/agents.page.css'
import { ColumnMenu } from '../components/columns'
import { Empty } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { CONTAINER_TABLE } from '../containers/container-columns'
import { ContainerList } from '../containers/container-list'
import { FilterBar } from '../containers/filter-bar'
import { type ContainerFilters, containerFiltersOf, containerSearchOf } from '../containers/filters'
import { useContainers } from '../containers/use-containers'
import { useKeys } from '../keys'
import { navigate, search } from '../router'
import { useRowKeys } from '../use-row-keys'

/** The containers of all machines, live. */
export default function ContainersPage() {
  const filters = useMemo(() => containerFiltersOf(search.value), [search.value])
  const { list, counts } = useContainers(filters)
  const current = useRowKeys(list.items, { name: 'container', path: '/containers' })
  const logs = `/containers/logs${containerSearchOf({ ...filters, status: '' })}`
  useKeys({ l: () => navigate(logs) })
  const set = (change: Partial<ContainerFilters>) =>
    navigate(`/containers${containerSearchOf({ ...containerFiltersOf(search.peek()), ...change })}`, { replace: true })
  const shown = list.items.value
  const isFiltered = containerSearchOf(filters) !== ''
  return (
    <PageFrame
      page="containers"
      actions={
        <a class="button" href={logs} title="Their logs (l)">
          Logs
        </a>
      }
    >
      {(isFiltered || shown?.length !== 0) && (
        <FilterBar filters={filters} counts={counts} onChange={set}>
          <span class="spacer" />
          <ColumnMenu table={CONTAINER_TABLE.table} columns={CONTAINER_TABLE.columns} />
        </FilterBar>
      )}
      <ListStatus list={list} empty={<NoContainers isFiltered={isFiltered} />} />
      {shown !== null && shown.length > 0 && <ContainerList containers={shown} current={current} />}
      <LoadMore list={list} />
    </PageFrame>
  )
}

const NoContainers = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="No containers match">
      <a href="/containers">Show all containers</a>
    </Empty>
  ) : (
    <Empty title="No containers yet">
      <p class="in-text">
        They are shown once a machine with Docker or Podman has <a href="/agents">an agent</a>.
      </p>
    </Empty>
  )
