import { totalmem } from 'node:os'
import type { AgentRecord } from '../../src/contract/agent-protocol'
import { type Counters, type Engine, EngineError } from '../engine'
import { type ContainerSample, sampleOf } from './container'
import type { HostSample } from './host'
import { type Intervals, Pace } from './pace'

/** Samples that come within this time are one record. */
const TOGETHER_MS = 100
const TICK_MS = 250
/** Statistics at a time: a container that hangs must not keep those of others waiting. */
const PARALLEL_MAX = 5
/** How far the times of agents are apart, at most. */
const PHASE_MS_MAX = 60_000
/** A container whose statistics hang is left alone for so long. */
const HUNG_REST_MS = 30_000

interface Watched {
  id: string
  name: string
  pace: Pace
  last: Counters | undefined
  isBusy: boolean
}

interface Needs {
  engine: Pick<Engine, 'counters'>
  host: { sample(): Promise<HostSample> }
  add(record: AgentRecord): void
  now(): number
  signal: AbortSignal
}

/** Samples the machine and its running containers, each at its own pace. */
export class Sampler {
  intervals: Intervals = { normalMs: 5_000, watchedMs: 1_000, idleMs: 15_000 }
  readonly #containers = new Map<string, Watched>()
  readonly #phaseMs = Math.floor(Math.random() * PHASE_MS_MAX)
  readonly #hostPace = new Pace(this.#phaseMs)
  #watched: ReadonlySet<string> = new Set()
  #isHostWatched = false
  #waiting: Watched[] = []
  #running = 0
  #together: { at: number; samples: Record<string, ContainerSample> } | undefined
  #isHostBusy = false

  constructor(private readonly needs: Needs) {}

  start(): void {
    const timer = setInterval(() => this.#tick(), TICK_MS)
    this.needs.signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  }

  /** Which containers run now. */
  follow(running: readonly { id: string; name: string }[]): void {
    const ids = new Set(running.map(({ id }) => id))
    for (const id of this.#containers.keys()) if (!ids.has(id)) this.#containers.delete(id)
    for (const { id, name } of running) {
      const known = this.#containers.get(id)
      if (known) known.name = name
      else this.#containers.set(id, { id, name, pace: new Pace(this.#phaseMs), last: undefined, isBusy: false })
    }
  }

  watch(host: boolean, names: readonly string[]): void {
    if (host && !this.#isHostWatched) this.#hostPace.hurry()
    this.#isHostWatched = host
    const before = this.#watched
    this.#watched = new Set(names)
    for (const { name, pace } of this.#containers.values())
      if (this.#watched.has(name) && !before.has(name)) pace.hurry()
  }

  #tick(): void {
    const now = this.needs.now()
    if (this.#hostPace.isDue(now) && !this.#isHostBusy) {
      this.#hostPace.begin(now, this.intervals, this.#isHostWatched)
      void this.#sampleHost()
    }
    for (const each of this.#containers.values()) {
      if (each.isBusy || !each.pace.isDue(now)) continue
      each.pace.begin(now, this.intervals, this.#watched.has(each.name))
      each.isBusy = true
      this.#waiting.push(each)
    }
    this.#next()
  }

  async #sampleHost(): Promise<void> {
    this.#isHostBusy = true
    try {
      const sample = await this.needs.host.sample()
      this.needs.add({ t: 'host', at: this.needs.now(), sample })
    } finally {
      this.#isHostBusy = false
    }
  }

  #next(): void {
    while (this.#running < PARALLEL_MAX) {
      const each = this.#waiting.shift()
      if (!each) return
      this.#running++
      void this.#sample(each).finally(() => {
        each.isBusy = false
        this.#running--
        this.#next()
      })
    }
  }

  async #sample(each: Watched): Promise<void> {
    if (this.needs.signal.aborted || this.#containers.get(each.id) !== each) return
    try {
      const counters = await this.needs.engine.counters(each.id, this.needs.signal)
      if (!counters || this.#containers.get(each.id) !== each) return
      // a reading that is not newer says nothing about time that passed
      const last = each.last && each.last.at < counters.at ? each.last : undefined
      const sample = sampleOf(last, counters, totalmem())
      each.last = counters
      each.pace.saw(sample)
      this.#collect(each.name, sample)
    } catch (error) {
      // it may have ended meanwhile; an engine that fails is reported by who watches it
      if (!(error instanceof EngineError)) throw error
      if (error.code === 'timeout') each.pace.rest(this.needs.now() + HUNG_REST_MS)
    }
  }

  #collect(name: string, sample: ContainerSample): void {
    if (!this.#together) {
      this.#together = { at: this.needs.now(), samples: {} }
      setTimeout(() => this.#flush(), TOGETHER_MS)
    }
    this.#together.samples[name] = sample
  }

  #flush(): void {
    if (this.#together) this.needs.add({ t: 'containers', ...this.#together })
    this.#together = undefined
  }
}
