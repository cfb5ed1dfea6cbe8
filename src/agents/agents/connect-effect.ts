import type { AgentDisconnectedEvent } from '../../contract/agents'
import type { Effect } from '../../streams'
import { connectedEntries, disconnectedEntries } from './agent-entries'
import type { AgentRow } from './agent-store'
import { type Connecting, connectAgents, disconnectAgents, disconnectSilent, type Ended } from './presence-store'

/** Gives a connection that has proved itself its epoch. @returns the agent; undefined if it was deleted meanwhile */
export const connectEffect: Effect<Connecting, AgentRow | undefined> = {
  name: 'agents.connect',
  async apply(trx, items) {
    // of two connections of one agent in the same flush, the later one is the newest
    const newest = new Map(items.map(item => [item.agentId, item]))
    const connected = new Map((await connectAgents(trx, [...newest.values()])).map(agent => [agent.id, agent]))
    const agents = items.map(item => (newest.get(item.agentId) === item ? connected.get(item.agentId) : undefined))
    return { results: agents, entries: agents.map(agent => (agent ? connectedEntries(agent) : [])) }
  },
}

/** The end of one connection, or of all that nobody has heard of for so long. */
export type Disconnecting =
  | (Ended & { does: 'end'; reason: AgentDisconnectedEvent['reason'] })
  | { does: 'sweep'; afterMs: number }

const SWEEP_MAX = 500

/** @returns how many agents are offline since then: none if a newer connection is open */
export const disconnectEffect: Effect<Disconnecting, number> = {
  name: 'agents.disconnect',
  async apply(trx, items) {
    const ends = items.flatMap(item => (item.does === 'end' ? [item] : []))
    const gone = new Map((ends.length ? await disconnectAgents(trx, ends) : []).map(agent => [agent.id, agent]))
    const results: AgentRow[][] = []
    for (const item of items) {
      if (item.does === 'sweep') {
        results.push(await disconnectSilent(trx, item.afterMs, SWEEP_MAX))
        continue
      }
      const agent = gone.get(item.agentId)
      gone.delete(item.agentId)
      results.push(agent ? [agent] : [])
    }
    const reasonOf = (item: Disconnecting | undefined) => (item?.does === 'end' ? item.reason : 'lost')
    return {
      results: results.map(agents => agents.length),
      entries: results.map((agents, i) => agents.flatMap(agent => disconnectedEntries(agent, reasonOf(items[i])))),
    }
  },
}
