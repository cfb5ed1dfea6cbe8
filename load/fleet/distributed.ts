import { createHash } from 'node:crypto'
import type { Behavior } from './behavior'
import type { Life } from './clock'
import type { Flags } from './flags'
import type { Host } from './host'
import type { Random } from './random'
import type { Answer, Remote } from './remote'
import type { Found } from './tables/database'
import type { Tally } from './tally'
import { isSince } from './version'

/** The result of a query; the rows are already JSON. */
interface Result {
  id: string
  rows: string
  count: number
  status: number
  message: string
  /** Already JSON. */
  stats: string
}

interface Settings {
  host: Host
  behavior: Behavior
  flags: Flags
  remote: Remote
  life: Life
  random: Random
  tally: Tally
  /** Runs the SQL of the query with this id. */
  run: (sql: string, id: string) => Found
  /** Logs a line in the agent's own log. */
  warn: (message: string) => void
  /** Called when the worker process has restarted. */
  onRestart: () => void
}

const ACCELERATED_MS = 5_000
/** Time until the watcher has started another worker. */
const RESTART_MS = 5_000
/** The agent has no limit; the simulator needs one. */
const RESULTS_MAX = 10_000

/** The thread of distributed queries (osquery/distributed/distributed.cpp, osquery/dispatcher/distributed_runner.cpp). */
export class Distributed {
  private readonly queue = new Map<string, string>()
  /** Kept until a write is accepted. */
  private results: Result[] = []
  /** Start times by hash of the SQL. A query that is found here when it is about to run has crashed its worker. */
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
    const { remote, flags, tally, behavior } = this.settings
    tally.heldReads++
    tally.reads++
    const answer = await remote.call('distributed_read', '', { attempts: flags.distributed_tls_max_attempts })
    tally.heldReads--
    if (!answer) return
    this.accept(answer)
    if (!behavior.silent) return
    tally.ignored += this.queue.size
    this.queue.clear()
  }

  private accept({ queries, discovery, accelerate }: Answer) {
    const wanted = this.discover(discovery)
    if (!wanted) return
    for (const [id, sql] of Object.entries(queries ?? {})) {
      if (typeof sql !== 'string' || !sql || !id) return // and drops all queries after it
      if (!this.isWanted(wanted.get(id), wanted)) continue
      this.queue.set(id, sql)
      this.settings.tally.taken++
    }
    if (Number.isInteger(accelerate))
      this.acceleratedUntilMs = this.settings.life.clock.nowMs() + Number(accelerate) * 1_000
  }

  /** @returns undefined if one of them cannot be run, as the whole response is then dropped */
  private discover(discovery: unknown): Map<string, boolean> | undefined {
    const wanted = new Map<string, boolean>()
    for (const [id, sql] of Object.entries(discovery ?? {})) {
      const found = typeof sql === 'string' && sql && id ? this.settings.run(sql, id) : undefined
      if (!found || 'message' in found) return undefined
      wanted.set(id, found.rows.length > 0)
    }
    return wanted
  }

  /** Before 5.8 (osquery pull request 7655), one matching discovery query excluded all queries without one. */
  private isWanted(found: boolean | undefined, all: Map<string, boolean>): boolean {
    if (isSince(this.settings.host.osqueryVersion, '5.8.0')) return found !== false
    return found === true || ![...all.values()].includes(true)
  }

  /** Runs the queries in the order of their ids, with one write at the end. @returns whether the worker crashed */
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

  /** @returns undefined if it crashed the worker */
  private async execute(id: string, sql: string): Promise<Result | undefined> {
    const { behavior, flags, life, random, tally } = this.settings
    const hash = createHash('sha256').update(sql).digest('base64')
    const began = this.running.get(hash)
    const denylistMs = flags.distributed_denylist_duration * 1_000
    if (began !== undefined && life.clock.nowMs() - began < denylistMs) {
      tally.denylisted++
      return { id, rows: '[]', count: 0, status: 1, message: 'distributed query is denylisted', stats: '{}' }
    }
    this.running.set(hash, life.clock.nowMs())
    const tookMs = random.between(...behavior.delayMs)
    if (tookMs) await life.sleep(tookMs)
    if (random.chance(behavior.crashes)) return undefined
    this.running.delete(hash)
    return this.resultOf(id, this.find(id, sql), tookMs)
  }

  private find(id: string, sql: string): Found {
    const { behavior, random, run } = this.settings
    if (random.chance(behavior.errors)) return { message: 'vtable constructor failed: simulated' }
    return random.chance(behavior.noRows) ? { rows: [] } : run(sql, id)
  }

  private resultOf(id: string, found: Found, tookMs: number): Result {
    const cost = { wall_time_ms: tookMs, user_time: tookMs >> 1, system_time: tookMs >> 3, memory: 40_960 }
    const stats = JSON.stringify(cost)
    if ('rows' in found)
      return { id, rows: JSON.stringify(found.rows), count: found.rows.length, status: 0, message: '', stats }
    this.settings.warn(`Error executing distributed query: ${id}: ${found.message}`)
    return { id, rows: '[]', count: 0, status: 1, message: found.message, stats }
  }

  /** Everything in memory is lost; the queue on disk stays. */
  private async restart(): Promise<boolean> {
    const { life, tally, onRestart } = this.settings
    tally.crashes++
    this.results = []
    await life.sleep(RESTART_MS)
    onRestart()
    return true
  }

  private async flush() {
    const { behavior, flags, random, remote, tally } = this.settings
    if (!this.results.length) return
    const fields = this.fields()
    const garbled = random.chance(behavior.malformed) ? `{${fields.slice(0, fields.length >> 1)}` : undefined
    const attempts = flags.distributed_tls_max_attempts
    const accepted = await remote.call('distributed_write', fields, { attempts, garbled })
    if (accepted) {
      tally.answered += this.results.length
      tally.rows += this.results.reduce((sum, { count }) => sum + count, 0)
      this.results = []
      if (random.chance(behavior.duplicates)) await remote.call('distributed_write', fields)
    } else tally.dropped += this.results.splice(0, this.results.length - RESULTS_MAX).length
  }

  /** An id that was run twice occurs twice, as in the agent's output. Older agents omit some parts. */
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
