import type { Db } from '../../base/db'
import type { Log } from '../../base/log'
import type { Counter } from '../../base/metrics'
import type { Outbound } from '../../base/outbound'
import type { Sealer } from '../../base/sealed'
import type { Writer } from '../../streams'
import type { CrawlRow } from '../crawls/crawl-store'
import type { Crawls } from '../crawls/crawls'
import { openSecrets } from '../crawls/secrets'
import { CrawlCookies } from '../fetch/crawl-cookies'
import { createFetcher } from '../fetch/http-fetcher'
import { Recorder } from '../pages/recorder'
import { productToken } from '../robots/product-token'
import { Origins } from './origins'
import { PreviousPages } from './previous-pages'
import { Site, seedOrigins } from './site'

export interface SiteDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  log: Log
  outbound: Outbound
  sealer: Sealer
  crawls: Crawls
  /** Counts pages by outcome. */
  counter: Counter
}

/** All that a process needs to take part in a crawl. Close its fetcher in the end. */
export function createSite(row: CrawlRow, { db, streams, log, outbound, sealer, crawls, counter }: SiteDeps): Site {
  const { id, tenant_id: tenantId, settings, previous_id } = row
  const fetcher = createFetcher(outbound)
  const userAgent = settings.user_agent
  return new Site(row, {
    ...{ fetcher, log, counter, frontier: crawls.frontier(id), recorder: new Recorder(streams) },
    origins: new Origins({ db, fetcher, crawlId: id, userAgent, token: productToken(userAgent) }),
    previous:
      settings.conditional && previous_id ? new PreviousPages(db, { tenantId, id: previous_id }, settings) : undefined,
    cookies: settings.cookies ? new CrawlCookies() : undefined,
    secrets: { ...openSecrets(sealer, row), origins: seedOrigins(settings) },
  })
}
