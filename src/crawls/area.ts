import type { Audit } from '../access'
import type { Raises } from '../alerts'
import type { Endpoint } from '../api'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import { Counter, type Registry } from '../base/metrics'
import type { Outbound } from '../base/outbound'
import type { RedisFactory } from '../base/redis'
import type { RetentionTarget } from '../base/retention'
import type { Sealer } from '../base/sealed'
import type { JobsPlatform } from '../jobs'
import type { Streams } from '../streams'
import { crawlRoutes } from './crawls/crawl-routes'
import { Crawls } from './crawls/crawls'
import { CrawlReaper } from './crawls/reaper'
import { resealing } from './crawls/resealing'
import { crawlExportRoutes } from './exports/export-routes'
import { createFetcher } from './fetch/http-fetcher'
import { ActiveCrawls } from './frontier/active'
import { crawlPagesRoutes } from './pages/page-routes'
import { crawlReportsRoutes } from './reports/report-routes'
import { crawlRetention } from './reports/retention'
import { Assistants } from './run/assistants'
import type { RunCrawlDeps } from './run/run-crawl'
import { previewRoute } from './tools/preview-route'
import { robotsRoute } from './tools/robots-route'

export interface CrawlsDeps {
  db: Db
  streams: Streams
  redis: RedisFactory
  log: Log
  metrics: Registry
  jobs: JobsPlatform
  audit: Audit
  outbound: Outbound
  sealer: Sealer
  raises: Raises
  publicUrl: string | undefined
}

export interface CrawlsArea {
  /** What the job needs. */
  running: RunCrawlDeps
  retention: RetentionTarget[]
  /** Parts for every process, and parts only for processes with workers. */
  parts: { always: Part[]; worker: Part[] }
  endpoints(): Endpoint[]
}

/** Crawls: they fetch sites politely, and report what is wrong with them. */
export function createCrawls(deps: CrawlsDeps): CrawlsArea {
  const { db, streams, redis, jobs, audit, outbound, sealer, raises, publicUrl } = deps
  const log = deps.log.child({ component: 'crawls' })
  const client = redis.connect('publisher')
  const { prefix } = redis
  const crawls = new Crawls({ db, streams, redis: client, prefix, sealer, raises })
  const active = new ActiveCrawls(client, prefix)
  const own = new Set<string>()
  const fetcher = createFetcher(outbound)
  const counter = new Counter({
    name: 'tailrace_crawl_pages_total',
    help: 'URLs that crawls have settled in this process.',
    labelNames: ['outcome'],
    registers: [deps.metrics],
  })
  const siteDeps = { db, streams, log, outbound, sealer, crawls, counter }
  const connection: Part = {
    name: 'frontiers of crawls',
    start: async () => undefined,
    async stop() {
      await fetcher.close()
      client.disconnect()
    },
  }
  return {
    running: { ...siteDeps, jobs, active, own },
    retention: crawlRetention(db),
    parts: {
      always: [
        connection,
        resealing({ db, sealer, log }),
        new CrawlReaper({ db, log, crawls, jobs, isLeader: jobs.isLeader }),
      ],
      worker: [new Assistants({ ...siteDeps, active, own })],
    },
    endpoints: () => [
      robotsRoute({ fetcher }),
      previewRoute({ fetcher, crawls, outbound, sealer }),
      ...crawlRoutes({ db, crawls, jobs, audit, outbound, sealer }),
      ...crawlReportsRoutes({ db, liveHosts: ({ id }) => crawls.frontier(id).hosts() }),
      ...crawlExportRoutes({ db, publicUrl }),
      ...crawlPagesRoutes({
        db,
        liveState: async ({ id }, key) => (await crawls.frontier(id).stateOf(key)) ?? undefined,
      }),
    ],
  }
}
