import { newId } from '../../base/ids'
import type { RedisClient } from '../../base/redis'
import { CLAIM } from './claim-script'
import { type FrontierState, stateOf } from './counts'
import { decodeEntry, type Entry, encodeEntry } from './entry'
import { keysOf } from './keys'
import { ADD, DROP, FINISH, OPEN, REST, SET, TURN } from './scripts'

/** An owner of leases that does not claim for this time counts as dead, and its URLs are queued again. */
const OWNER_ALIVE_MS = 6_000
/** URLs of a family, such as all query strings of a path, that are fetched. */
const FAMILY_MAX = 1_000
/** A crawl may be paused for long; this only removes what a lost crawl leaves behind. */
const KEPT_SECONDS = 60 * 86_400
/** URLs per call of a script: Redis does nothing else meanwhile. */
const BATCH_MAX = 500
const HOSTS_MAX = 1_000

export interface Limits {
  pages: number
  bytes: number
  /** Unix time in ms. */
  deadline: number
  delayMs: number
  concurrency: number
  externalDelayMs: number
  paused: boolean
}

/** What becomes of a URL when it is found. */
export interface Addition {
  entry: Entry
  /** Groups URLs that a trap may generate without end. */
  family: string | null
  /** `refused`: skipped, unless another link to it is better. The other ones are settled. */
  outcome: 'queue' | 'refused' | 'skipped' | 'fetched' | 'failed'
  reason?: string
  bytes?: number
}

export interface Claimed {
  entry: Entry
  /** It is only to be recorded as skipped, for this reason. */
  dropped: string | null
}

export type Claim =
  /** The frontier is not there any more, or is another one. */
  { state: 'lost' } | { state: 'run' | 'paused' | 'done'; waitMs: number; claimed: Claimed[] }

/** A request that has ended: its host is free for the next one. */
export interface Freed {
  entry: Entry
  /** What the robots.txt of the host asks for; undefined until it is known. */
  crawlDelayMs?: number | undefined
  /** No request to the host before this time has passed. */
  pauseMs: number
  /** Time since the request began; undefined: none was made, so the host need not rest. */
  sinceMs: number | undefined
}

export type Finish = { entry: Entry; bytes: number } & (
  | { outcome: 'fetched' | 'failed' | 'skipped'; reason: string | null }
  /** Queued again, as `next`. */
  | { outcome: 'again'; next: Entry; waitMs: number }
)

/**
 * The URLs of a crawl that are known, wait, and are being fetched: in Redis, changed by atomic scripts only. Any number of
 * processes take part. All methods throw while Redis is away; calling them again is safe.
 */
export class Frontier {
  private readonly key: string
  private readonly hostsKey: string
  /** Changes when the frontier had to be built again. */
  generation = ''
  private readonly caller = newId()
  private calls = 0
  private replied = 0

  constructor(
    private readonly redis: RedisClient,
    prefix: string,
    private readonly crawlId: string,
  ) {
    this.key = `${keysOf(prefix)}:${crawlId}`
    this.hostsKey = `${keysOf(prefix)}:host`
  }

  /**
   * Takes part in the frontier, with these limits from now on, and creates it if there is none, or if Redis has lost its last
   * changes.
   * @returns whether it is new, so empty
   */
  async open(limits: Limits): Promise<boolean> {
    const given = newId()
    const args = [given, KEPT_SECONDS, ...fieldsOf(limits)]
    const generation = (await OPEN.run(this.redis, [this.key], args)) as string
    if (this.generation !== '' && generation !== this.generation && generation !== given) {
      await this.drop(generation)
      return this.open(limits)
    }
    if (generation !== this.generation) this.replied = 0
    this.generation = generation
    return generation === given
  }

  /** Takes part in the frontier. @returns false if there is none */
  async join(): Promise<boolean> {
    const state = await this.read()
    this.generation = state?.generation ?? ''
    return state !== undefined
  }

  /** The current state; undefined if there is no frontier. */
  async read(): Promise<FrontierState | undefined> {
    const hash = await this.redis.hgetall(this.key)
    return hash.gen === undefined ? undefined : stateOf(hash)
  }

  /** @returns false if the frontier is lost */
  async setLimits(limits: Limits): Promise<boolean> {
    return isKept(await this.run(SET, fieldsOf(limits)))
  }

  /** Everything that is known from the start has been added: from now on, the crawl ends when nothing is left. */
  async endSeeding(): Promise<boolean> {
    return isKept(await this.run(SET, ['seeding', 0]))
  }

  /** Adds URLs; known ones change nothing. @returns false if the frontier is lost */
  async add(additions: readonly Addition[]): Promise<boolean> {
    for (let i = 0; i < additions.length; i += BATCH_MAX) {
      const args = additions
        .slice(i, i + BATCH_MAX)
        .flatMap(({ entry, family, outcome, reason = '', bytes = 0 }) => [
          ...[family ?? '', outcome, reason, bytes],
          encodeEntry(entry),
        ])
      if (!isKept(await this.run(ADD, [FAMILY_MAX, ...args]))) return false
    }
    return true
  }

  /**
   * Leases URLs whose hosts may be asked now.
   * @param owner who holds the leases; it has to claim at least every few seconds
   * @param patienceMs a host counts as busy for no longer than this
   * @param isIdle the owner knows of no lease. Those that it has all the same are queued again: either the reply to an
   * earlier claim did not arrive, or Redis lost its last changes in a crash or failover.
   */
  async claim(
    owner: string,
    most: number,
    freed: readonly Freed[],
    patienceMs: number,
    isIdle = false,
  ): Promise<Claim> {
    const args = freed.flatMap(({ entry: { key, host }, crawlDelayMs, pauseMs, sinceMs }) => [
      ...[key, host, crawlDelayMs ?? '', Math.round(pauseMs), sinceMs === undefined ? '' : Math.floor(sinceMs)],
    ])
    const reply = await this.run(CLAIM, [
      owner,
      most,
      OWNER_ALIVE_MS,
      patienceMs,
      this.crawlId,
      isIdle ? 1 : 0,
      ...args,
    ])
    const [state, waitMs, ...rest] = reply
    if (state === 'lost') return { state }
    const claimed: Claimed[] = []
    for (let i = 0; i + 1 < rest.length; i += 2)
      claimed.push({ dropped: String(rest[i]) || null, entry: decodeEntry(String(rest[i + 1])) })
    return { state: state as FrontierState['state'], waitMs: Number(waitMs), claimed }
  }

  /** Says that requests have ended, when there is nothing to claim any more: other crawls wait for their hosts. */
  async release(entries: readonly Entry[]): Promise<void> {
    const busy = entries.map(({ host, key }) =>
      this.redis.zrem(`${this.hostsKey}:${host}:busy`, `${this.crawlId}:${key}`),
    )
    await Promise.all(busy)
  }

  /** Settles leased URLs. @returns false if the frontier is lost */
  async finish(owner: string, finished: readonly Finish[]): Promise<boolean> {
    const args = finished.flatMap(each => [
      ...[each.entry.key, each.outcome, each.outcome === 'again' ? '' : (each.reason ?? ''), each.bytes],
      ...(each.outcome === 'again' ? [Math.round(each.waitMs), encodeEntry(each.next)] : [0, '']),
    ])
    return isKept(await this.run(FINISH, [owner, ...args]))
  }

  /** Takes the turn of a host, for a request that is not in the frontier. @returns ms to wait before asking again; 0: go */
  async turn(host: string): Promise<number> {
    const [, waitMs] = await this.run(TURN, [host])
    return Number(waitMs ?? 0)
  }

  /** Lets a host rest after such a request. @param crawlDelayMs what its robots.txt asks for, once it is known; 0: nothing */
  async rest(host: string, sinceMs: number, crawlDelayMs?: number): Promise<void> {
    await this.run(REST, [host, Math.floor(sinceMs), crawlDelayMs ?? ''])
  }

  /** Whether a known URL waits or is being fetched. */
  async stateOf(key: string): Promise<'queued' | 'leased' | null> {
    const [leased, seen] = await Promise.all([
      this.redis.hexists(`${this.key}:leases`, key),
      this.redis.sismember(`${this.key}:seen`, key),
    ])
    if (leased) return 'leased'
    return seen ? 'queued' : null
  }

  /** The hosts with something queued, at most 2,000. */
  async hosts(): Promise<HostState[]> {
    const lanes = await Promise.all(
      ['p', 'x'].map(kind => this.redis.zrange(`${this.key}:${kind}`, '0', String(HOSTS_MAX - 1))),
    )
    return Promise.all([...new Set(lanes.flat())].map(host => this.hostState(host)))
  }

  private async hostState(host: string): Promise<HostState> {
    const [pages, externals, next, hold, asked, delay] = await Promise.all([
      this.redis.llen(`${this.key}:p:${host}`),
      this.redis.llen(`${this.key}:x:${host}`),
      this.redis.get(`${this.hostsKey}:${host}:next`),
      this.redis.get(`${this.hostsKey}:${host}:hold`),
      this.redis.hget(`${this.key}:asked`, host),
      this.redis.hget(this.key, 'delay'),
    ])
    const queued = pages + externals
    const nextFetchAt = queued ? new Date(Math.max(Number(next ?? 0), Number(hold ?? 0), Date.now())) : null
    return { host, queued, nextFetchAt, delayMs: asked === null ? null : Math.max(Number(asked), Number(delay ?? 0)) }
  }

  /** @param generation deletes only this one */
  async drop(generation = ''): Promise<void> {
    await DROP.run(this.redis, [this.key, this.hostsKey], [this.crawlId, generation])
  }

  private async run(script: typeof ADD, args: readonly (string | number)[]): Promise<unknown[]> {
    const { generation, caller, replied } = this
    const call = ++this.calls
    const head = `${generation} ${caller} ${call} ${replied}`
    const reply = (await script.run(this.redis, [this.key, this.hostsKey], [head, ...args])) as unknown[]
    if (generation === this.generation) this.replied = Math.max(this.replied, call)
    if (reply[0] !== 'went_back') return reply
    await this.drop(generation)
    return ['lost']
  }
}

export interface HostState {
  host: string
  queued: number
  /** What is kept between requests; null until its robots.txt is known. */
  delayMs: number | null
  /** When the next request is allowed; null when nothing is queued. */
  nextFetchAt: Date | null
}

const isKept = ([state]: readonly unknown[]) => state !== 'lost'

const fieldsOf = ({ pages, bytes, deadline, delayMs, concurrency, externalDelayMs, paused }: Limits) => [
  ...['pages', pages, 'max_bytes', bytes, 'deadline', deadline, 'delay', delayMs, 'concurrency', concurrency],
  ...['external_delay', externalDelayMs, 'state', paused ? 'paused' : 'run'],
]
