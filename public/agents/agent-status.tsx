import type { AgentStatus } from '../../src/contract/agents'

const MEANINGS: Record<AgentStatus, string> = {
  online: 'Its connection is open',
  offline: 'It is not connected: the machine is off, has no network, or the agent does not run',
}

/** The status of an agent as a colored mark and text: color alone is not accessible. */
export const AgentStatusMark = ({ status }: { status: AgentStatus }) => (
  <span class={`status is-agent-${status}`} title={MEANINGS[status]}>
    <span class="dot" aria-hidden="true" />
    {status}
  </span>
)
