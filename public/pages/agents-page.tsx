import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import '../css/agents.page.css'
import type { Agent } from '../../src/contract/agents'
import { AGENT_STATUSES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { AddAgent } from '../agents/add-agent'
import { AGENT_TABLE } from '../agents/agent-columns'
import { AgentRow } from '../agents/agent-row'
import { AgentStatusMark } from '../agents/agent-status'
import { type AgentFilters, agentFiltersOf, agentSearchOf } from '../agents/filters'
import { type AgentCounts, useAgents } from '../agents/use-agents'
import { ColumnMenu, ColumnsHead, columnsLayout } from '../components/columns'
import { Empty } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { WindowRows } from '../components/window-rows'
import { useKeys } from '../keys'
import { navigate, search } from '../router'
import { isAdmin } from '../session'
import { useMedia } from '../use-media'
import { useRowKeys } from '../use-row-keys'

/** Also in css/agents.page.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

/** All machines with an agent, live. */
export default function AgentsPage() {
  const filters = useMemo(() => agentFiltersOf(search.value), [search.value])
  const { list, counts } = useAgents(filters)
  const isAdding = useSignal(false)
  const current = useRowKeys(list.items, { name: 'agent', path: '/agents' })
  const add = () => {
    if (isAdmin.peek()) isAdding.value = true
  }
  useKeys({ a: add })
  const shown = list.items.value
  const isFiltered = agentSearchOf(filters) !== ''
  return (
    <PageFrame
      page="agents"
      actions={
        isAdmin.value && (
          <button type="button" class="primary" title="Add machine (a)" onClick={add}>
            Add machine
          </button>
        )
      }
    >
      {(isFiltered || shown?.length !== 0) && <FilterBar filters={filters} counts={counts} />}
      <ListStatus list={list} empty={<NoAgents isFiltered={isFiltered} onAdd={add} />} />
      {shown !== null && shown.length > 0 && <List agents={shown} current={current} />}
      <LoadMore list={list} />
      {isAdding.value && <AddAgent onClose={() => (isAdding.value = false)} />}
    </PageFrame>
  )
}

function FilterBar({ filters, counts }: { filters: AgentFilters; counts: ReadonlySignal<AgentCounts | null> }) {
  const set = (change: Partial<AgentFilters>) =>
    navigate(`/agents${agentSearchOf({ ...filters, ...change })}`, { replace: true })
  const { value } = counts
  return (
    <search class="filters">
      <fieldset class="chips host-counts" aria-label="Status">
        <button type="button" aria-pressed={filters.status === ''} onClick={() => set({ status: '' })}>
          all <b>{value ? formatCount(value.online + value.offline) : ''}</b>
        </button>
        {AGENT_STATUSES.map(status => (
          <button
            key={status}
            type="button"
            aria-pressed={filters.status === status}
            onClick={() => set({ status: filters.status === status ? '' : status })}
          >
            <AgentStatusMark status={status} />
            <b>{value ? formatCount(value[status]) : ''}</b>
          </button>
        ))}
      </fieldset>
      <TypedFilter
        hasShortcut
        label="Search agents"
        hint="Name, host or system"
        value={filters.q}
        onTyped={q => set({ q })}
      />
      <span class="spacer" />
      <ColumnMenu table={AGENT_TABLE.table} columns={AGENT_TABLE.columns} />
    </search>
  )
}

function NoAgents({ isFiltered, onAdd }: { isFiltered: boolean; onAdd(): void }) {
  if (isFiltered) {
    return (
      <Empty title="No agents match">
        <a href="/agents">Show all agents</a>
      </Empty>
    )
  }
  return (
    <Empty title="No machine has an agent yet">
      <p>An agent shows the containers of a machine here: what they use, what they log, and how to restart them.</p>
      {isAdmin.value ? (
        <p class="in-text">
          <button type="button" class="link" onClick={onAdd}>
            Add a machine
          </button>{' '}
          with Docker or Podman.
        </p>
      ) : (
        <p>An admin can add machines.</p>
      )}
    </Empty>
  )
}

function List({ agents, current }: { agents: readonly Agent[]; current: ReadonlySignal<string> }) {
  const isPhone = useMedia('(max-width: 620px)')
  return (
    <div class="agents columns" {...columnsLayout(AGENT_TABLE)}>
      <div class="agents-head">
        <ColumnsHead {...AGENT_TABLE} />
      </div>
      <WindowRows
        name="Agents"
        items={agents}
        rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
        idOf={({ id }) => id}
        row={agent => <AgentRow agent={agent} current={current} />}
      />
    </div>
  )
}
