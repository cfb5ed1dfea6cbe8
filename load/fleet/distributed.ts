import { createHash } from 'node:crypto'
import type { Behaviour } from './behaviour'
import type { Life } from './clock'
import type { Flags } from './flags'
import type { Host } from './host'
import type { Random } from './random'
import type { Answer, Remote } from './remote'
import type { Found } from './tables/database'
import type { Tally } from './tally'
import { isSince } from './version'

/** What is to be sent back for one query; the rows are JSON already. */
interface Result {
  id: string
  rows: string
  count: number
  status: number
  message: string
  /** JSON, too. */
  stats: string
}

interface Settings {
  host: Host
  behaviour: Behaviour
  flags: Flags
  remote: Remote
  life: Life
  random: Random
  tally: Tally
  /** Runs SQL for the query with that id. */
  run: (sql: string, id: string) => Found
  /** A line of the agent's own log. */
  warn: (message: string) => void
  /** The worker process was started again. */
  onRestart: () => void
}

const ACCELERATED_MS = 5_000
/** Until the watcher has started another worker. */
const RESTART_MS = 5_000
/** The agent has no limit; the simulator must have one. */
const RESULTS_MAX = 10_000

/** The thread of distributed queries (osquery/distributed/distributed.cpp, osquery/dispatcher/distributed_runner.cpp). */
export class Distributed {
  private readonly queue = new Map<string, string>()
  /** Kept until a write is accepted. */
  private results: Result[] = []
  /** By hash of the SQL: when it began to run. What is found here when it is to run again has crashed its worker. */
  private readonly running = new Map<string, number>()
  private acceleratedUntilMs = 0

  constructor(private readonly settings: Settings) {}

  async run() {
    const { life, flags, tally } = this.settings
    while (!life.ended) {
      if (!flags.disable_distributed) {
        await this.pull()
        if (await this.runQueue()) continue
      }
      const accelerated = life.clock.nowMs() < this.acceleratedUntilMs
      await life.sleep(accelerated ? ACCELERATED_MS : Math.max(1, flags.distributed_interval) * 1_000)
    }
    tally.dropped += this.results.length
  }

  private async pull() {
    const { remote, flags, tally, behaviour } = this.settings
    tally.heldReads++
    tally.reads++
    const answer = await remote.call('distributed_read', '', { attempts: flags.distributed_tls_max_attempts })
    tally.heldReads--
    if (!answer) return
    this.accept(answer)
    if (!behaviour.silent) return
    tally.ignored += this.queue.size
    this.queue.clear()
  }

  private accept({ queries, discovery, accelerate }: Answer) {
    const wanted = this.discover(discovery)
    if (!wanted) return
    for (const [id, sql] of Object.entries(queries ?? {})) {
      if (typeof sql !== 'string' || !sql || !id) return // and none of those after it
      if (!this.isWanted(wanted.get(id), wanted)) continue
      this.queue.set(id, sql)
      this.settings.tally.taken++
    }
    if (Number.isInteger(accelerate))
      this.acceleratedUntilMs = this.settings.life.clock.nowMs() + Number(accelerate) * 1_000
  }

  /** @returns nothing when one of them cannot be run: the whole answer is dropped then */
  private discover(discovery: unknown): Map<string, boolean> | undefined {
    const wanted = new Map<string, boolean>()
    for (const [id, sql] of Object.entries(discovery ?? {})) {
      const found = typeof sql === 'string' && sql && id ? this.settings.run(sql, id) : undefined
      if (!found || 'message' in found) return undefined
      wanted.set(id, found.rows.length > 0)
    }
    return wanted
  }

  /** Before 5.8 (osquery pull request 7655) one query whose discovery found something kept out all that had none. */
  private isWanted(found: boolean | undefined, all: Map<string, boolean>): boolean {
    if (isSince(this.settings.host.osqueryVersion, '5.8.0')) return found !== false
    return found === true || ![...all.values()].includes(true)
  }

  /** One after the other in the order of their ids, with one write at the end. @returns whether the worker has crashed */
  private async runQueue(): Promise<boolean> {
    const { life } = this.settings
    for (const id of [...this.queue.keys()].sort()) {
      const sql = this.queue.get(id) ?? ''
      this.queue.delete(id)
      const result = await this.execute(id, sql)
      if (life.ended) return false
      if (!result) return this.restart()
      this.results.push(result)
    }
    await this.flush()
    return false
  }

  /** @returns nothing when the worker has crashed on it */
  private async execute(id: string, sql: string): Promise<Result | undefined> {
    const { behaviour, flags, life, random, tally } = this.settings
    const hash = createHash('sha256').update(sql).digest('base64')
    const began = this.running.get(hash)
    const denylistMs = flags.distributed_denylist_duration * 1_000
    if (began !== undefined && life.clock.nowMs() - began < denylistMs) {
      tally.denylisted++
      return { id, rows: '[]', count: 0, status: 1, message: 'distributed query is denylisted', stats: '{}' }
    }
    this.running.set(hash, life.clock.nowMs())
    const tookMs = random.between(...behaviour.delayMs)
    if (tookMs) await life.sleep(tookMs)
    if (random.chance(behaviour.crashes)) return undefined
    this.running.delete(hash)
    return this.resultOf(id, this.find(id, sql), tookMs)
  }

  private find(id: string, sql: string): Found {
    const { behaviour, random, run } = this.settings
    if (random.chance(behaviour.errors)) return { message: 'vtable constructor failed: simulated' }
    return random.chance(behaviour.noRows) ? { rows: [] } : run(sql, id)
  }

  private resultOf(id: string, found: Found, tookMs: number): Result {
    const cost = { wall_time_ms: tookMs, user_time: tookMs >> 1, system_time: tookMs >> 3, memory: 40_960 }
    const stats = JSON.stringify(cost)
    if ('rows' in found)
      return { id, rows: JSON.stringify(found.rows), count: found.rows.length, status: 0, message: '', stats }
    this.settings.warn(`Error executing distributed query: ${id}: ${found.message}`)
    return { id, rows: '[]', count: 0, status: 1, message: found.message, stats }
  }

  /** What was only in memory is lost. The queue is on disk: it stays. */
  private async restart(): Promise<boolean> {
    const { life, tally, onRestart } = this.settings
    tally.crashes++
    this.results = []
    await life.sleep(RESTART_MS)
    onRestart()
    return true
  }

  private async flush() {
    const { behaviour, flags, random, remote, tally } = this.settings
    if (!this.results.length) return
    const fields = this.fields()
    const garbled = random.chance(behaviour.malformed) ? `{${fields.slice(0, fields.length >> 1)}` : undefined
    const attempts = flags.distributed_tls_max_attempts
    const accepted = await remote.call('distributed_write', fields, { attempts, garbled })
    if (accepted) {
      tally.answered += this.results.length
      tally.rows += this.results.reduce((sum, { count }) => sum + count, 0)
      this.results = []
      if (random.chance(behaviour.duplicates)) await remote.call('distributed_write', fields)
    } else tally.dropped += this.results.splice(0, this.results.length - RESULTS_MAX).length
  }

  /** Of one id that was run twice there are two members, as the agent writes them. Older agents leave parts out. */
  private fields(): string {
    const { osqueryVersion } = this.settings.host
    const objectOf = (partOf: (result: Result) => string | number) =>
      `{${this.results.map(result => `${JSON.stringify(result.id)}:${partOf(result)}`).join(',')}}`
    const parts = [`"queries":${objectOf(({ rows }) => rows)}`, `"statuses":${objectOf(({ status }) => status)}`]
    if (isSince(osqueryVersion, '4.4')) parts.push(`"messages":${objectOf(({ message }) => JSON.stringify(message))}`)
    if (isSince(osqueryVersion, '5.8')) parts.push(`"stats":${objectOf(({ stats }) => stats)}`)
    return parts.join(',')
  }
}
