import { setTimeout as after } from 'node:timers/promises'
import {
  type Action,
  type Counters,
  type Engine,
  EngineError,
  type EngineEvent,
  type Inspected,
  type LogStart,
} from '../../agent/engine'
import type { Random } from '../fleet/random'
import { frame, linesOf, type SourceSettings } from './log-source'

const IMAGES = ['example/web:1.4', 'example/api:2.0', 'postgres:16', 'redis:7', 'example/worker:9']
const ACTION_MS = 200
/** Until the next look at what a container logs, at most. */
const LOG_STEP_MS = 1_000
/** What `tail` goes back to. */
const TAIL_MS = 30_000

interface Simulated {
  shown: Inspected
  source: SourceSettings
  cpuShare: number
  memory: number
}

interface Settings {
  containers: number
  lines: number
  bursts: boolean
  now(): number
}

/** An engine that is made up, behind the interface by which the agent knows engines. */
export class SimulatedEngine implements Engine {
  /** While it is, nothing is answered. */
  isHung = false
  readonly #containers = new Map<string, Simulated>()
  #tell = new Set<(event: EngineEvent) => void>()

  constructor(
    private readonly settings: Settings,
    private readonly random: Random,
  ) {
    for (let index = 0; index < settings.containers; index++) this.#create(index)
  }

  async version(signal: AbortSignal) {
    await this.#answers(signal)
    return { kind: 'docker' as const, version: '27.5.1', api_version: '1.47' }
  }

  async list(signal: AbortSignal) {
    await this.#answers(signal)
    return [...this.#containers.values()].map(({ shown: { id, state } }) => ({ id, state }))
  }

  async inspect(idOrName: string, signal: AbortSignal): Promise<Inspected> {
    await this.#answers(signal)
    return { ...this.#find(idOrName).shown }
  }

  async counters(id: string, signal: AbortSignal): Promise<Counters | null> {
    await this.#answers(signal)
    const { shown, cpuShare, memory } = this.#find(id)
    if (shown.state !== 'running') return null
    const at = this.settings.now()
    const seconds = (at - (shown.started_at ?? at)) / 1_000
    const wave = 1 + Math.sin(at / 60_000 + memory) / 2
    return {
      ...{ at, cpuNs: Math.round(seconds * 1e9 * cpuShare), memory: Math.round(memory * wave), memoryLimit: 4e9 },
      ...{
        rx: Math.round(seconds * 2_000),
        tx: Math.round(seconds * 5_000),
        read: 0,
        write: Math.round(seconds * 800),
      },
      pids: 12,
    }
  }

  async logs(id: string, from: LogStart, _tty: boolean, signal: AbortSignal) {
    await this.#answers(signal)
    const since = 'tail' in from ? this.settings.now() - TAIL_MS : from.sinceMs
    return { chunks: this.#follow(this.#find(id), since, signal), framed: true }
  }

  async events(_sinceMs: number, signal: AbortSignal): Promise<AsyncIterable<EngineEvent>> {
    await this.#answers(signal)
    return this.#eventsUntil(signal)
  }

  async act(id: string, action: Action, _graceSeconds: number, signal: AbortSignal): Promise<'done' | 'unchanged'> {
    await this.#answers(signal)
    const { shown } = this.#find(id)
    const isRunning = shown.state === 'running'
    if (action !== 'restart' && isRunning === (action === 'start')) return 'unchanged'
    await after(ACTION_MS, undefined, { signal })
    if (isRunning) this.#end(shown)
    if (action !== 'stop') this.#start(shown)
    return 'done'
  }

  /** A container that fails and is started again by the engine. */
  crash(): void {
    const running = [...this.#containers.values()].filter(({ shown }) => shown.state === 'running')
    if (running.length === 0) return
    const { shown } = this.random.pick(running)
    this.#end(shown, 1)
    shown.restarts++
    this.#start(shown)
  }

  #create(index: number): void {
    const { now, lines, bursts } = this.settings
    const id = this.random.hex(64)
    const image = this.random.pick(IMAGES)
    const startedAt = now() - this.random.between(60_000, 86_400_000)
    const shown: Inspected = {
      ...{
        id,
        name: `${image.replace(/^.*\/|:.*$/g, '')}-${index + 1}`,
        image,
        image_id: `sha256:${this.random.hex(64)}`,
      },
      ...{
        labels: { 'com.docker.compose.project': `project-${index % 4}` },
        state: 'running',
        health: 'none',
        tty: false,
      },
      ...{ exit_code: null, restarts: 0, created_at: startedAt, started_at: startedAt, finished_at: null },
    }
    const source = { lines, bursts, phase: this.random.between(0, 59) }
    this.#containers.set(id, { shown, source, cpuShare: this.random.next() / 4, memory: this.random.between(2e7, 5e8) })
  }

  #end(shown: Inspected, exitCode = 143): void {
    Object.assign(shown, { state: 'exited', exit_code: exitCode, finished_at: this.settings.now() })
    this.#happened(shown, 'die', exitCode)
  }

  #start(shown: Inspected): void {
    Object.assign(shown, { state: 'running', exit_code: null, started_at: this.settings.now() })
    this.#happened(shown, 'start', null)
  }

  #happened({ id, name }: Inspected, action: string, exitCode: number | null): void {
    for (const tell of this.#tell) tell({ at: this.settings.now(), id, name, action, exitCode })
  }

  async *#eventsUntil(signal: AbortSignal): AsyncIterable<EngineEvent> {
    const waiting: EngineEvent[] = []
    let wake: () => void = () => undefined
    const tell = (event: EngineEvent) => {
      waiting.push(event)
      wake()
    }
    this.#tell.add(tell)
    signal.addEventListener('abort', () => wake(), { once: true })
    try {
      while (!signal.aborted) {
        yield* waiting.splice(0)
        if (waiting.length === 0 && !signal.aborted)
          await new Promise<void>(resolve => {
            wake = resolve
          })
      }
    } finally {
      this.#tell.delete(tell)
    }
  }

  async *#follow({ shown, source }: Simulated, since: number, signal: AbortSignal): AsyncIterable<Buffer> {
    let from = since
    while (!signal.aborted) {
      const to = shown.state === 'running' ? this.settings.now() : (shown.finished_at ?? from)
      const frames: Buffer[] = []
      for (let second = Math.floor(from / 1_000); second * 1_000 < to; second++)
        for (const line of linesOf(second, source)) if (line.at >= from && line.at < to) frames.push(frame(line))
      from = Math.max(from, to)
      if (frames.length > 0) yield Buffer.concat(frames)
      if (shown.state !== 'running') return
      await after(this.#untilNextLine(source, to), undefined, { signal }).catch(() => undefined)
    }
  }

  /** Milliseconds; at most a step, as it may be stopped. */
  #untilNextLine(source: SourceSettings, from: number): number {
    const second = Math.floor(from / 1_000)
    const next = [second, second + 1].flatMap(each => linesOf(each, source)).find(({ at }) => at >= from)
    return Math.min(LOG_STEP_MS, Math.max(1, (next?.at ?? Number.POSITIVE_INFINITY) - from + 1))
  }

  #find(idOrName: string): Simulated {
    const found = [...this.#containers.values()].find(({ shown }) => shown.id === idOrName || shown.name === idOrName)
    if (found) return found
    throw new EngineError('not_found', `No such container: ${idOrName}`)
  }

  async #answers(signal: AbortSignal): Promise<void> {
    if (!this.isHung) return
    const limitMs = 5_000
    await after(limitMs, undefined, { signal }).catch(() => undefined)
    throw new EngineError('timeout', `The engine did not answer within ${limitMs} ms.`)
  }
}
