import type { Db } from '../../base/db'
import { Lru } from '../../base/lru'
import type { Fetcher } from '../fetch/fetcher'
import { type RobotsFile, readRobots, robotsOf } from '../robots/read-robots'
import type { Robots } from '../robots/robots'
import { findOrigin, storeOrigin } from './origin-store'

/** RFC 9309, section 2.4: robots.txt should not be used for longer without asking again. */
const FRESH_MS = 24 * 3_600_000
const ORIGINS_MAX = 5_000
const TIMEOUT_MS = 20_000

/** A robots.txt that asks for a longer delay gets this one (seconds). */
const CRAWL_DELAY_MAX = 30

/** The delay that a robots.txt asks for, as far as it is obeyed; 0: none. */
export const crawlDelayMs = ({ crawlDelaySeconds }: Pick<Robots, 'crawlDelaySeconds'>) =>
  Math.round(Math.min(crawlDelaySeconds ?? 0, CRAWL_DELAY_MAX) * 1_000)

export interface Origin {
  file: Pick<RobotsFile, 'outcome' | 'detail' | 'isBlocked'>
  robots: Robots
}

interface ReadOrigin extends Origin {
  /** When the host was asked for it, by `performance.now()`; undefined: it was known. */
  askedAt?: number
}

interface Deps {
  db: Db
  fetcher: Fetcher
  crawlId: string
  userAgent: string
  token: string
}

/** The robots.txt of each origin of a crawl. Processes share them in PostgreSQL. */
export class Origins {
  private readonly known = new Lru<string, { readAt: number; origin: Origin }>(ORIGINS_MAX)
  private readonly reading = new Map<string, Promise<ReadOrigin>>()

  constructor(private readonly deps: Deps) {}

  /** What is known already. */
  peek(origin: string): Origin | undefined {
    const found = this.known.get(origin)
    return found && Date.now() - found.readAt < FRESH_MS ? found.origin : undefined
  }

  /**
   * Reads robots.txt unless it is known.
   * @param host what politeness counts by
   */
  async read(origin: string, host: string, signal: AbortSignal): Promise<ReadOrigin> {
    const known = this.peek(origin)
    if (known) return known
    let reading = this.reading.get(origin)
    if (!reading) {
      reading = this.load(origin, host, signal).finally(() => this.reading.delete(origin))
      this.reading.set(origin, reading)
    }
    return reading
  }

  private async load(origin: string, host: string, signal: AbortSignal): Promise<ReadOrigin> {
    const { db, fetcher, crawlId, userAgent, token } = this.deps
    const stored = await findOrigin(db, crawlId, origin)
    // one that could not be read is worth another try
    if (stored && stored.outcome !== 'unreachable' && Date.now() - stored.fetched_at.getTime() < FRESH_MS) {
      const { outcome, detail, robots: text, fetched_at } = stored
      const robots = robotsOf({ outcome, text }, token)
      return this.keep(origin, { file: { outcome, detail }, robots }, fetched_at.getTime())
    }
    const askedAt = performance.now()
    const file = await readRobots({ fetcher, origin, userAgent, timeoutMs: TIMEOUT_MS }, signal)
    signal.throwIfAborted() // a request that was stopped says nothing about the server
    const robots = robotsOf(file, token)
    const { crawlDelaySeconds, sitemaps } = robots
    await storeOrigin(db, { crawlId, origin, host, file, crawlDelaySeconds, sitemaps })
    return { ...this.keep(origin, { file, robots }, Date.now()), askedAt }
  }

  private keep(origin: string, found: Origin, readAt: number): Origin {
    this.known.set(origin, { readAt, origin: found })
    return found
  }
}
