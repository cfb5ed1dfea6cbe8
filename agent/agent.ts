import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import type { AgentCommand, AgentRecord } from '../src/contract/agent-protocol'
import { Commands, Journal, Policy } from './commands'
import { Connection, type Facts, type Identity, type Welcome } from './connection'
import type { Engine, Inspected } from './engine'
import { withEngine } from './facts'
import { EngineWatch, Inventory } from './inventory'
import type { Say } from './log'
import { type Line, LogReaders, Positions } from './logs'
import { splitLog } from './logs/split'
import { type HostSample, Sampler } from './samples'
import { Spool } from './spool'

export interface AgentOptions {
  url: string
  /** Certificates of authorities, PEM. */
  ca?: string[] | undefined
  folder: string
  identity: Identity
  facts: Facts
  engine: Engine
  host: { sample(): Promise<HostSample> }
  allow: readonly AgentCommand['action'][]
  protect: readonly string[]
  ownId?: string | undefined
  spoolBytes: number
  spoolAgeMs: number
  say: Say
  now?: () => number
  random?: () => number
  /** Told when a connection stands, and when it has ended. */
  onState?: (isConnected: boolean) => void
}

/** One watched machine: everything the agent does, until it is stopped. */
export class Agent {
  readonly #stop = new AbortController()
  #cut: () => void = () => undefined

  constructor(private readonly options: AgentOptions) {}

  stop(): void {
    this.#stop.abort()
  }

  /** Breaks the connection, as a network would. */
  cut(): void {
    this.#cut()
  }

  /** Resolves when it was stopped and what it knows is on disk. */
  async run(): Promise<void> {
    const { options } = this
    const now = options.now ?? Date.now
    const { signal } = this.#stop
    setMaxListeners(0, signal) // each request listens to it
    const { say, engine, folder } = options
    const positions = await Positions.open(folder, now)
    const spool = await Spool.open(
      {
        ...{ folder: join(folder, 'spool'), bytesMax: options.spoolBytes, ageMaxMs: options.spoolAgeMs, now, say },
        beforeLogsGo: () => positions.save(),
      },
      record => record.t === 'log' && positions.replay(record.id, record.lines),
    )
    const policy = new Policy(options)
    const journal = await Journal.open(folder, now)
    let welcome: Welcome | undefined
    let clockOffsetMs = 0
    const add = (record: AgentRecord) => void spool.add(record)
    const sampler = new Sampler({ engine, host: options.host, add, now, signal })
    const readers = new LogReaders({
      ...{ engine, positions, now, say, signal },
      linesPerSecond: () => welcome?.log_lines_per_second ?? 1_000,
      output: {
        lines: async (container, lines) => void (await spool.add(splitLog(container, lines))),
        dropped: ({ name }, { at }: Line) => spool.lost({ what: 'logs', container: name, reason: 'rate_limit', at }),
      },
    })
    let isConnected = false
    const inventory = new Inventory({
      ...{ engine, policy, now, signal },
      add: record => isConnected && add(record),
      onChange(containers: readonly Inspected[]) {
        sampler.follow(containers.filter(({ state }) => state === 'running'))
        readers.follow(containers)
      },
    })
    const watch = new EngineWatch({
      ...{ engine, inventory, add, now, say, signal },
      onState: () => connection.factsChanged(),
    })
    const commands = new Commands({
      ...{ engine, policy, journal, spool, now, say, view: (container: Inspected) => inventory.view(container) },
      serverNow: () => now() + clockOffsetMs,
    })
    const connection = new Connection({
      ...{ url: options.url, ca: options.ca, identity: options.identity, spool, now, say, signal },
      ...(options.random && { random: options.random }),
      allowsActions: policy.allowsActions,
      facts: () => withEngine(options.facts, watch),
      onWelcome(said) {
        welcome = said
        clockOffsetMs = said.clock - now()
        sampler.intervals = intervalsOf(said)
        sampler.watch(false, [])
      },
      onWatch: (host, containers) => sampler.watch(host, containers),
      onCommand: (command, report) => commands.take(command, report),
      onState(connected) {
        isConnected = connected
        options.onState?.(connected)
        if (connected) inventory.sayAgain()
      },
    })
    this.#cut = () => connection.cut()
    await commands.recover()
    sampler.start()
    await Promise.all([watch.run(), connection.run()])
    await commands.settled()
    await readers.settled()
    await positions.save()
    await spool.close()
    await journal.close()
  }
}

const intervalsOf = ({ interval_ms, watched_interval_ms, idle_interval_ms }: Welcome) => ({
  normalMs: interval_ms,
  watchedMs: watched_interval_ms,
  idleMs: idle_interval_ms,
})
