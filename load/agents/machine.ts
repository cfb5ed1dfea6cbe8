import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent } from '../../agent'
import { enroll, type Facts } from '../../agent/connection'
import type { HostSample } from '../../agent/samples'
import { Random } from '../fleet/random'
import type { Arguments } from './arguments'
import { SimulatedEngine } from './simulated-engine'
import type { Tally } from './tally'

const MEMORY = 8e9
const HUNG_EVERY_MS = 60_000
const CRASH_EVERY_MS = 120_000

/** A simulated machine: the real agent with a made-up engine, clock and host. */
export class Machine {
  readonly #stop = new AbortController()
  readonly #random: Random
  readonly #timers: NodeJS.Timeout[] = []
  #agent: Agent | undefined

  constructor(
    private readonly number: number,
    private readonly folder: string,
    private readonly given: Arguments,
    private readonly tally: Tally,
  ) {
    this.#random = new Random(`${given.seed} ${number}`)
  }

  /** Resolves when it was stopped. */
  async run(): Promise<void> {
    const { given, tally } = this
    const folder = join(this.folder, String(this.number))
    await mkdir(folder, { recursive: true })
    const say = (text: string) => tally.said(text)
    const facts = this.#facts()
    const { signal } = this.#stop
    const identity = await enroll({ url: given.url, token: given.token, folder, facts, say, signal })
    if (!identity) return
    tally.enrolled++
    const skewMs = this.#random.between(-given.skewMs, given.skewMs)
    const now = () => Date.now() + skewMs
    const { containers, lines, bursts } = given
    const engine = new SimulatedEngine({ containers, lines, bursts, now }, this.#random)
    this.#misbehave(engine)
    this.#agent = new Agent({
      ...{ url: given.url, folder, identity, facts, engine, now, say },
      ...{ host: { sample: async () => this.#hostSample(now()) }, allow: ['start', 'stop', 'restart'], protect: [] },
      ...{ spoolBytes: 64e6, spoolAgeMs: 24 * 3_600_000 },
      onState: isConnected => tally.connection(isConnected),
    })
    if (!signal.aborted) await this.#agent.run()
  }

  /** Breaks its connection. */
  cut(): void {
    this.#agent?.cut()
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#stop.abort()
    this.#agent?.stop()
  }

  #misbehave(engine: SimulatedEngine): void {
    this.#timers.push(setInterval(() => engine.crash(), CRASH_EVERY_MS + this.#random.between(0, CRASH_EVERY_MS)))
    if (!this.#random.chance(this.given.hung)) return
    const change = () => {
      engine.isHung = !engine.isHung
    }
    this.#timers.push(setInterval(change, HUNG_EVERY_MS / 2))
  }

  #facts(): Facts {
    const { agents } = this.given
    const hostname = `sim-${String(this.number).padStart(String(agents).length, '0')}`
    return {
      ...{ hostname, hardware_uuid: this.#random.uuid(), boot_id: this.#random.uuid(), platform: 'linux' },
      ...{ os: 'Debian GNU/Linux 12 (bookworm)', cpus: 4, memory: MEMORY, version: '0.0.0' },
      ...{ engine: null, engine_error: null },
    }
  }

  #hostSample(at: number): HostSample {
    const wave = (1 + Math.sin(at / 90_000 + this.number)) / 2
    const noise = this.#random.next()
    return {
      ...{
        cpu: 60 * wave + 10 * noise,
        load1: 3 * wave,
        memory: MEMORY * (0.3 + wave / 3),
        memory_total: MEMORY,
        swap: 0,
      },
      ...{
        disk: 4e10 + 1e9 * wave,
        disk_total: 1e11,
        rx: 1e5 * wave,
        tx: 3e5 * wave,
        read: 1e4 * noise,
        write: 1e5 * noise,
      },
    }
  }
}
