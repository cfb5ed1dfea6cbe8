import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Host } from '../../../src/contract/hosts'
import { useInView } from '../../components/in-view'
import { toggled } from '../../jobs/list-state'
import { isOperator } from '../../session'
import { DEFAULT_SORT, toggleSort } from './filters'
import { nameOf, systemOf } from './host'
import { HostState, Seen } from './host-status'

export interface HostTableState {
  current: Signal<string>
  selected: Signal<ReadonlySet<string>>
}

interface HostTableProps {
  hosts: Host[]
  state: HostTableState
  sort: string
  onSort(sort: string): void
  onLabel(name: string): void
}

/** Rows are rendered in groups of this size, or not at all. */
const GROUP_SIZE = 50
const COLUMNS: Array<{ name: string; by?: string; class: string }> = [
  { name: 'Host', by: 'hostname', class: 'host-name' },
  { name: 'Status', class: 'host-status' },
  { name: 'System', by: 'platform', class: 'host-system' },
  { name: 'osquery', class: 'host-osquery' },
  { name: 'Labels', class: 'host-labels' },
  { name: 'Last seen', by: '-last_seen_at', class: 'host-seen' },
]

/** A table of any number of hosts. Only groups near the viewport are rendered, and only if they have changed. */
export function HostTable({ hosts, state, sort, onSort, onLabel }: HostTableProps) {
  const groups = useMemo(
    () =>
      Array.from({ length: Math.ceil(hosts.length / GROUP_SIZE) }, (_, at) =>
        hosts.slice(at * GROUP_SIZE, (at + 1) * GROUP_SIZE),
      ),
    [hosts],
  )
  const allSelected = hosts.length > 0 && hosts.every(host => state.selected.value.has(host.id))
  return (
    <table class="hosts" aria-label="Hosts">
      <thead>
        <tr>
          <th scope="col" class="host-pick">
            {isOperator.value && (
              <input
                type="checkbox"
                class="pick"
                aria-label="Select all shown hosts"
                checked={allSelected}
                onChange={() => (state.selected.value = new Set(allSelected ? [] : hosts.map(host => host.id)))}
              />
            )}
            {!isOperator.value && <span class="hidden">Selection</span>}
          </th>
          {COLUMNS.map(column => (
            <Heading key={column.name} column={column} sort={sort || DEFAULT_SORT} onSort={onSort} />
          ))}
        </tr>
      </thead>
      {groups.map((group, at) => (
        <Group key={at} hosts={group} state={state} onLabel={onLabel} />
      ))}
    </table>
  )
}

interface HeadingProps {
  column: (typeof COLUMNS)[number]
  sort: string
  onSort(sort: string): void
}

function Heading({ column: { name, by, class: className }, sort, onSort }: HeadingProps) {
  if (by === undefined) {
    return (
      <th scope="col" class={className}>
        {name}
      </th>
    )
  }
  const plain = by.replace('-', '')
  const order = sort === plain ? 'ascending' : sort === `-${plain}` ? 'descending' : undefined
  return (
    <th scope="col" class={className} aria-sort={order}>
      <button type="button" class="sort" onClick={() => onSort(order ? toggleSort(sort, sort.replace('-', '')) : by)}>
        {name}
      </button>
    </th>
  )
}

function Group({ hosts, state, onLabel }: { hosts: Host[]; state: HostTableState; onLabel(name: string): void }) {
  const { box, isInView, heightPx } = useInView<HTMLTableSectionElement>()
  return (
    <tbody ref={box}>
      {isInView.value ? (
        hosts.map(host => <HostRow key={host.id} host={host} state={state} onLabel={onLabel} />)
      ) : (
        <tr>
          <td style={{ height: `${heightPx.current}px` }} />
        </tr>
      )}
    </tbody>
  )
}

function HostRow({ host, state, onLabel }: { host: Host; state: HostTableState; onLabel(name: string): void }) {
  const isSelected = state.selected.value.has(host.id)
  const isCurrent = state.current.value === host.id
  return (
    <tr
      class={`host-row${isSelected ? ' is-selected' : ''}${isCurrent ? ' is-current' : ''}`}
      data-host={host.id}
      aria-selected={isSelected || undefined}
    >
      <td class="host-pick">
        {isOperator.value && (
          <input
            type="checkbox"
            class="pick"
            aria-label={`Select ${nameOf(host)}`}
            checked={isSelected}
            onChange={() => (state.selected.value = toggled(state.selected.value, host.id))}
          />
        )}
      </td>
      <td class="host-name">
        <a href={`/hosts/${host.id}`} title={host.host_identifier}>
          {nameOf(host)}
        </a>
        {host.schedule_lost_at !== null && (
          <span class="tag is-warning" title="The agent reports no schedule although it was sent one.">
            no schedule
          </span>
        )}
        <span class="host-also">{systemOf(host)}</span>
      </td>
      <td class="host-status">
        <HostState host={host} />
      </td>
      <td class="host-system" title={host.platform}>
        {systemOf(host)}
      </td>
      <td class="host-osquery">{host.osquery_version}</td>
      <td class="host-labels">
        {host.labels.map(label => (
          <button key={label.id} type="button" class="tag" onClick={() => onLabel(label.name)}>
            {label.name}
          </button>
        ))}
      </td>
      <td class="host-seen">
        <Seen host={host} />
      </td>
    </tr>
  )
}
