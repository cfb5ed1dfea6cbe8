import type { Agent } from '../../src/contract/agents'
import { counted, formatBytes, formatCount } from '../../text/numbers'
import { Ago } from '../components/time'
import { useFetch } from '../use-fetch'
import { AgentStatusMark } from './agent-status'
import { clockWords, engineWords } from './words'

/** How an agent and its machine are now. */
export function AgentSummary({ agent }: { agent: Agent }) {
  const { status, connected_at, last_seen_at, backlog, clock_offset_ms, containers, os, cpus, memory, version } = agent
  const clock = clockWords(clock_offset_ms)
  const fields = [
    ['Status', <AgentStatusMark key="status" status={status} />],
    status === 'online'
      ? ['Connected', <Ago key="connected" time={connected_at} />]
      : ['Last seen', <Ago key="seen" time={last_seen_at} />],
    ['Engine', engineWords(agent)],
    [
      'Containers',
      <a key="containers" href={`/containers?agent=${agent.id}`}>
        {formatCount(containers.running)} running of {formatCount(containers.total)}
      </a>,
    ],
    ['System', os],
    ['Size', `${counted(cpus, 'core')}, ${formatBytes(memory)}`],
    ['Version', version],
    ['Still to come', backlog > 0 && counted(backlog, 'record')],
    ['Clock', clock && <span class="is-warn">{clock}</span>],
    ['Fleet', agent.hardware_uuid && <SameHost key="host" hardwareUuid={agent.hardware_uuid} />],
  ] as const
  return (
    <dl class="summary">
      {fields
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** The host of the fleet that is the same machine. */
function SameHost({ hardwareUuid }: { hardwareUuid: string }) {
  const { value } = useFetch('/api/hosts', { q: hardwareUuid, limit: 10 })
  const host = value.value?.items.find(({ hardware_uuid }) => isSame(hardware_uuid, hardwareUuid))
  if (!host) return <span class="hint">no such host</span>
  return <a href={`/hosts/${host.id}`}>{host.hostname || host.id}</a>
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
