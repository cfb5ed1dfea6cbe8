import type { ListedAgent } from './agent-store'

/** An agent as the API shows it. */
export function toAgent({ facts, containers, running, tenant_id: _, epoch: _epoch, ...row }: ListedAgent) {
  return { ...row, ...facts, containers: { total: containers, running } }
}
