import type { Part } from '../../base/lifecycle'
import { logRetryable } from '../../base/outage'
import { findCrawlById } from '../crawls/crawl-store'
import type { ActiveCrawls } from '../frontier/active'
import { Crawler } from './crawler'
import { createSite, type SiteDeps } from './create-site'
import type { Site } from './site'
import { limitsOf } from './supervisor'

const LOOK_MS = 1_000
/** Crawls that a process takes part in besides those that it runs. */
const CRAWLS_MAX = 4

interface Deps extends SiteDeps {
  active: ActiveCrawls
  /** Crawls that this process runs itself. */
  own: ReadonlySet<string>
}

interface Assistance {
  controller: AbortController
  site: Site | undefined
  done: Promise<void>
}

/** Takes part in crawls that other processes run. */
export class Assistants implements Part {
  readonly name = 'crawl assistants'
  private readonly helping = new Map<string, Assistance>()
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    const retry = logRetryable(this.deps.log, 'Cannot look for crawls to take part in')
    this.timer = setInterval(() => {
      this.looking ??= this.look()
        .catch(retry)
        .finally(() => {
          this.looking = undefined
        })
    }, LOOK_MS)
  }

  async stop() {
    clearInterval(this.timer)
    for (const { controller } of this.helping.values()) controller.abort()
    await this.looking
    await Promise.all([...this.helping.values()].map(({ done }) => done))
  }

  private async look() {
    const active = new Set(await this.deps.active.list())
    for (const [id, { controller, site }] of this.helping) {
      if (!active.has(id) || this.deps.own.has(id)) controller.abort()
      const row = site && (await findCrawlById(this.deps.db, id))
      if (row?.ended_at) controller.abort()
      // the process that runs the crawl does the same, unless it has just died
      else if (row && site.differs(row)) {
        await site.parts.frontier.setLimits(limitsOf(row))
        site.update(row)
      }
    }
    for (const id of active)
      if (!this.helping.has(id) && !this.deps.own.has(id) && this.helping.size < CRAWLS_MAX) this.join(id)
  }

  private join(id: string) {
    const controller = new AbortController()
    const assistance: Assistance = { controller, site: undefined, done: Promise.resolve() }
    const retry = logRetryable(this.deps.log, 'Stopped taking part in a crawl', { crawl_id: id })
    assistance.done = this.assist(id, assistance)
      .catch(retry)
      .finally(() => this.helping.delete(id))
    this.helping.set(id, assistance)
  }

  private async assist(id: string, assistance: Assistance) {
    const row = await findCrawlById(this.deps.db, id)
    if (!row || row.ended_at || row.phase !== 'fetch') return
    const site = createSite(row, this.deps)
    assistance.site = site
    try {
      if (await site.parts.frontier.join()) await new Crawler(site, assistance.controller.signal).run()
    } finally {
      await site.parts.fetcher.close()
    }
  }
}
