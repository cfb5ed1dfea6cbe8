import type { z } from '../../base/parse'
import type { agentFacts } from '../../contract/agent-protocol'

export type AgentFacts = z.output<typeof agentFacts>
