import type { Part } from '../base/lifecycle'
import { z } from '../base/parse'
import type { Bus } from '../streams'

/** What processes tell each other. Nothing relies on it: whatever is missed is found in PostgreSQL, seconds later. */
const news = z.discriminatedUnion('type', [
  /** An agent has a newer connection: older ones are closed. */
  z.object({ type: z.literal('connected'), agentId: z.string(), epoch: z.number() }),
  z.object({ type: z.literal('deleted'), agentId: z.string() }),
  /** An agent has a command to run. */
  z.object({ type: z.literal('work'), agentId: z.string() }),
  z.object({ type: z.literal('command'), id: z.string() }),
  /** Topics of agents and containers that somebody reads from a process. */
  z.object({ type: z.literal('watched'), process: z.string(), topics: z.array(z.string()) }),
])
export type News = z.output<typeof news>
type Listener = (told: News) => void

/** Must not change between versions. */
const CHANNEL = 'agents:told'

/** Tells all processes, including this one, what has happened to agents. */
export class AgentNotifier implements Part {
  readonly name = 'agent notifier'
  private readonly listeners = new Set<Listener>()
  private unsubscribe = () => {}

  constructor(private readonly bus: Bus) {}

  async start() {
    this.unsubscribe = await this.bus.subscribe(CHANNEL, text => {
      const told = news.safeParse(JSON.parse(text))
      if (told.success) this.call(told.data) // otherwise it is from a newer version
    })
  }

  async stop() {
    this.unsubscribe()
  }

  /** @returns a function that removes the listener */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  tell(told: News) {
    this.call(told)
    this.bus.publish(CHANNEL, JSON.stringify(told))
  }

  private call(told: News) {
    for (const listener of [...this.listeners]) listener(told)
  }
}
