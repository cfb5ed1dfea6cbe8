import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '../../../src/base/ids'
import type { AgentCommand, AgentRecord } from '../../../src/contract/agent-protocol'
import { type Identity, TestAgent } from './test-agent'

const BATCH = 50
const RETRY_MS = 50

/** Keeps what it has until it is acknowledged, and connects again whenever its connection ends, to any process that runs. */
export class SpoolingAgent {
  readonly commands: AgentCommand[] = []
  connections = 0
  private readonly segment = newId()
  private readonly records: AgentRecord[] = []
  private acknowledged = 0
  private stopped = false
  private turn = 0
  private current: TestAgent | undefined
  private readonly running: Promise<void>

  constructor(
    private readonly identity: Identity,
    /** Addresses of the processes that run. */
    private readonly urls: () => string[],
  ) {
    this.running = this.run()
  }

  write(...records: AgentRecord[]) {
    this.records.push(...records)
  }

  get backlog() {
    return this.records.length - this.acknowledged
  }

  async stop() {
    this.stopped = true
    await this.current?.cut().catch(() => undefined) // it may have ended already
    await this.running
  }

  private async run() {
    while (!this.stopped) {
      const urls = this.urls()
      const url = urls[this.turn++ % urls.length] ?? ''
      const agent = await TestAgent.connect({ url }, this.identity).catch(() => undefined)
      if (agent?.of('welcome').length) await this.serve(agent)
      else await delay(RETRY_MS)
    }
  }

  private async serve(agent: TestAgent) {
    this.current = agent
    this.connections++
    let sent = this.acknowledged
    let seen = 0
    while (!this.stopped && !agent.closed) {
      agent.heartbeat(this.backlog)
      const records = this.records.slice(sent, sent + BATCH)
      if (records.length) agent.send({ t: 'batch', segment: this.segment, first: sent + 1, records })
      sent += records.length
      await delay(25)
      for (const { seq } of agent.of('ack')) this.acknowledged = Math.max(this.acknowledged, seq)
      for (const { command } of agent.of('command').slice(seen)) this.take(command, agent)
      seen = agent.of('command').length
    }
  }

  /** Like the journal of a real agent: what has come before is not done again. */
  private take(command: AgentCommand, agent: TestAgent) {
    const isNew = !this.commands.some(({ id }) => id === command.id)
    if (isNew) this.commands.push(command)
    agent.send({ t: 'accepted', command_id: command.id })
    if (!isNew) return
    const result = { status: 'succeeded', code: null, message: '', container: null } as const
    this.write({ t: 'result', at: Date.now(), command_id: command.id, ...result })
  }
}
