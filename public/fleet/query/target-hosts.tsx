import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Query, QueryTarget } from '../../../src/contract/queries'
import { counted, formatBytes } from '../../../text/numbers'
import { formatDuration } from '../../../text/times'
import { ListStatus, LoadMore } from '../../components/list-status'
import { Ago } from '../../components/time'
import { TypedFilter } from '../../components/typed-filter'
import { TargetStateMark } from '../target-state'
import { useTargetHosts } from './use-target-hosts'
import type { View } from './view'

interface TargetHostsProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

/** The state of the query on each host. */
export function TargetHosts({ query, view, set }: TargetHostsProps) {
  const list = useTargetHosts(query, view)
  const hosts = list.items.value
  return (
    <section class="targets" aria-label="Hosts">
      <div class="filters">
        <TypedFilter
          hasShortcut
          label="Search hosts"
          hint="Search hosts and errors"
          value={view.q}
          onTyped={q => set({ q })}
        />
      </div>
      <ListStatus list={list} empty="No hosts match" />
      {hosts !== null && hosts.length > 0 && (
        <HostLines hosts={hosts} onRows={host => set({ view: 'rows', host, q: '' })} />
      )}
      <LoadMore list={list} />
    </section>
  )
}

interface HostLinesProps {
  hosts: QueryTarget[]
  onRows(id: string): void
}

/** Reuses the nodes of unchanged hosts. */
function HostLines({ hosts, onRows }: HostLinesProps) {
  const latest = useRef(onRows)
  latest.current = onRows
  const rendered = useRef(new Map<string, { host: QueryTarget; node: VNode }>())
  const before = rendered.current
  rendered.current = new Map()
  const nodes = hosts.map(host => {
    const { host_id } = host
    const was = before.get(host_id)
    const node =
      was?.host === host ? was.node : <HostLine key={host_id} host={host} onRows={() => latest.current(host_id)} />
    rendered.current.set(host_id, { host, node })
    return node
  })
  return <ul class="target-list">{nodes}</ul>
}

function HostLine({ host, onRows }: { host: QueryTarget; onRows(): void }) {
  const { host_id, hostname, host_identifier, state, row_count, error, truncated, late, answered_at, sent_at } = host
  return (
    <li class="target">
      <a class="target-name" href={`/hosts/${host_id}`} title={host_identifier}>
        {hostname || host_identifier}
      </a>
      <TargetStateMark state={state} />
      <span class="target-note">
        {row_count > 0 && (
          <button type="button" class="link" onClick={onRows}>
            {counted(row_count, 'row')}
          </button>
        )}
        {error && <span class="target-error">{error}</span>}
        {truncated && <span class="badge">truncated</span>}
        {late && (
          <span class="badge" title="The answer arrived after the deadline.">
            late
          </span>
        )}
      </span>
      <span class="target-cost">{costOf(host)}</span>
      <span class="target-time">{(answered_at ?? sent_at) && <Ago time={answered_at ?? sent_at} />}</span>
    </li>
  )
}

function costOf({ stats, sent_count }: QueryTarget): string {
  const again = sent_count > 1 ? `sent ${sent_count} times` : ''
  const took = stats?.wall_time_ms === null || stats === null ? '' : formatDuration(stats.wall_time_ms)
  const memory = stats?.memory ? formatBytes(stats.memory) : ''
  return [took, memory, again].filter(Boolean).join(' · ')
}
