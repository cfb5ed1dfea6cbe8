import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Host } from '../../../src/contract/hosts'
import { type Column, ColumnResizer, edgeOf, layoutOf, shownColumns, tracksOf } from '../../components/columns'
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
/** The name under which the layout of the columns is remembered. */
export const HOST_TABLE = 'hosts'
/** `by` is the sort order that a click on the heading starts with. */
export const HOST_COLUMNS: ReadonlyArray<Column & { by?: string }> = [
  { name: 'host-name', title: 'Host', track: 'minmax(140px, 1.4fr)', by: 'hostname', isMain: true },
  { name: 'host-status', title: 'Status', track: '110px' },
  { name: 'host-system', title: 'System', track: 'minmax(0, 1fr)', by: 'platform' },
  { name: 'host-osquery', title: 'osquery', track: '100px', isNumber: true },
  { name: 'host-labels', title: 'Labels', track: 'minmax(0, 1fr)' },
  { name: 'host-seen', title: 'Last seen', track: '110px', by: '-last_seen_at', isNumber: true },
]
const PICK_TRACK = '28px'

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
  const layout = layoutOf(HOST_TABLE).value
  const shown = shownColumns(HOST_COLUMNS, layout)
  return (
    <table
      class="hosts columns"
      aria-label="Hosts"
      data-hidden={layout.hidden.join(' ')}
      style={{ '--columns': `${PICK_TRACK} ${tracksOf(shown, layout)}` }}
    >
      <thead>
        <tr class="columns-row">
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
          {shown.map(column => (
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
  column: (typeof HOST_COLUMNS)[number]
  sort: string
  onSort(sort: string): void
}

function Heading({ column: { name, title, by, isMain, isNumber }, sort, onSort }: HeadingProps) {
  const className = isNumber ? `${name} number` : name
  const resizer = !isMain && (
    <ColumnResizer table={HOST_TABLE} name={name} title={title} edge={edgeOf(HOST_COLUMNS, name)} />
  )
  if (by === undefined) {
    return (
      <th scope="col" class={className}>
        <span>{title}</span>
        {resizer}
      </th>
    )
  }
  const plain = by.replace('-', '')
  const order = sort === plain ? 'ascending' : sort === `-${plain}` ? 'descending' : undefined
  return (
    <th scope="col" class={className} aria-sort={order}>
      <button type="button" class="sort" onClick={() => onSort(order ? toggleSort(sort, sort.replace('-', '')) : by)}>
        {title}
      </button>
      {resizer}
    </th>
  )
}

function Group({ hosts, state, onLabel }: { hosts: Host[]; state: HostTableState; onLabel(name: string): void }) {
  const { box, isInView, heightPx } = useInView<HTMLTableSectionElement>()
  return (
    <tbody ref={box} style={isInView.value ? undefined : { height: `${heightPx.current}px` }}>
      {isInView.value && hosts.map(host => <HostRow key={host.id} host={host} state={state} onLabel={onLabel} />)}
    </tbody>
  )
}

function HostRow({ host, state, onLabel }: { host: Host; state: HostTableState; onLabel(name: string): void }) {
  const isSelected = state.selected.value.has(host.id)
  const isCurrent = state.current.value === host.id
  return (
    <tr
      class={`host-row columns-row${isSelected ? ' is-selected' : ''}${isCurrent ? ' is-current' : ''}`}
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
        <a href={`/hosts/${host.id}`} title={titleOf(host)}>
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
      <td class="host-osquery number">{host.osquery_version}</td>
      <td class="host-labels" title={host.labels.map(label => label.name).join(', ')}>
        {host.labels.map(label => (
          <button key={label.id} type="button" class="tag" onClick={() => onLabel(label.name)}>
            {label.name}
          </button>
        ))}
      </td>
      <td class="host-seen number">
        <Seen host={host} />
      </td>
    </tr>
  )
}

/** The name, which may be cut off, and the identifier if that is another one. */
const titleOf = (host: Host) => [...new Set([nameOf(host), host.host_identifier])].join('\n')
