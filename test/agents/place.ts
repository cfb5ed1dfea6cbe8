import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, type AgentOptions } from '../../agent'
import { enroll, type Facts, Identity } from '../../agent/connection'
import { EngineClient } from '../../agent/engine'
import { HostSampler } from '../../agent/samples'
import { StubEngine } from '../../load/agents/stub-engine'
import { ProtocolServer } from './protocol-server'

export const FACTS: Facts = {
  ...{ hostname: 'machine', hardware_uuid: null, boot_id: null, platform: 'linux', os: 'Test', cpus: 4, memory: 8e9 },
  ...{ version: '0.0.0', engine: null, engine_error: null },
}

/** A machine with a stub engine, a server, and agents that end with the test. */
export class Place {
  readonly said: string[] = []
  readonly #listeners: (() => void)[] = []
  readonly #agents: { agent: Agent; ended: Promise<void> }[] = []

  private constructor(
    readonly folder: string,
    readonly server: ProtocolServer,
    readonly engine: StubEngine,
  ) {}

  static async make(kind: 'docker' | 'podman' = 'docker'): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'agent-'))
    return new Place(folder, await ProtocolServer.start(), await StubEngine.start(join(folder, 'engine.sock'), kind))
  }

  async identity(): Promise<Identity> {
    const known = await Identity.load(this.folder)
    if (known) return known
    const { url, token } = this.server
    const signal = new AbortController().signal
    const made = await enroll({
      ...{ url, token, folder: this.folder, facts: FACTS, signal },
      say: text => this.say(text),
    })
    if (!made) throw new Error('The agent is not enrolled')
    return made
  }

  async agent(given: Partial<AgentOptions> = {}): Promise<Agent> {
    const agent = new Agent({
      ...{ url: this.server.url, folder: this.folder, identity: await this.identity(), facts: FACTS },
      ...{ engine: new EngineClient(this.engine.socket), host: new HostSampler('/') },
      ...{ allow: ['start', 'stop', 'restart'], protect: [], spoolBytes: 64e6, spoolAgeMs: 3_600_000 },
      ...{ say: (text: string) => this.say(text), random: () => 0 },
      ...given,
    })
    const ended = agent.run()
    ended.catch(error => this.say(`The agent failed: ${error.stack}`))
    this.#agents.push({ agent, ended })
    return agent
  }

  /** Ends all agents, and shows what they failed of. */
  async stop(): Promise<void> {
    for (const { agent, ended } of this.#agents.splice(0)) {
      agent.stop()
      await ended
    }
  }

  async end(): Promise<void> {
    await this.stop()
    await this.server.close()
    await this.engine.down()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Resolves when an agent has said it. */
  async says(text: string): Promise<void> {
    while (!this.said.some(each => each.includes(text)))
      await new Promise<void>(resolve => this.#listeners.push(resolve))
  }

  private say(text: string): void {
    this.said.push(text)
    for (const each of this.#listeners.splice(0)) each()
  }
}
