import { Agent } from './agent'
import { behaviorOf, type FleetBehavior, GOOD } from './behavior'
import { type Clock, realClock } from './clock'
import { Connection } from './connection'
import type { Flags } from './flags'
import { hostOf } from './host'
import { Random } from './random'
import { Tally } from './tally'

export interface FleetSettings {
  url: string
  secret: string
  hosts: number
  /** The same seed gives the same hosts. */
  seed: string
  behavior?: Partial<FleetBehavior>
  /** Command-line flags of every agent. */
  started?: Partial<Flags>
  /** CA certificate of the server (PEM). */
  ca?: string
  clock?: Clock
}

/** Hosts started per second. */
const STARTS_PER_SECOND = 100

/** Many agents in one process. */
export class Fleet {
  readonly tally = new Tally()
  private readonly agents: Agent[] = []
  private readonly connection: Connection

  constructor(private readonly settings: FleetSettings) {
    const { url, ca } = settings
    this.connection = new Connection({ url, ca, tally: this.tally })
  }

  start() {
    const { hosts, seed, secret, clock = realClock, started, behavior } = this.settings
    for (let index = 0; index < hosts; index++) {
      const host = hostOf(seed, index)
      const random = new Random(`${seed}/${index}/behavior`)
      const own = behaviorOf({ ...GOOD, ...behavior }, random)
      const shared = { connection: this.connection, tally: this.tally, clock, secret, started }
      const agent = new Agent({ ...shared, host, random, behavior: own })
      this.agents.push(agent)
      agent.start((index * 1_000) / STARTS_PER_SECOND)
    }
  }

  /** Changes the behavior of all hosts from now on. */
  behave(behavior: Omit<Partial<FleetBehavior>, 'silent' | 'offline' | 'logShape'>) {
    for (const agent of this.agents) agent.behave(behavior)
  }

  async stop() {
    await Promise.all(this.agents.splice(0).map(agent => agent.stop()))
    this.connection.close()
  }
}
