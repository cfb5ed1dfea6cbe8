import type { AgentRecord } from '../../src/contract/agent-protocol'

/** Kinds have segments of their own, so that metrics can be dropped before lines, and neither takes results along. */
export const KINDS = ['events', 'logs', 'metrics'] as const
export type Kind = (typeof KINDS)[number]

export function kindOf({ t }: AgentRecord): Kind {
  if (t === 'host' || t === 'containers') return 'metrics'
  return t === 'log' ? 'logs' : 'events'
}
