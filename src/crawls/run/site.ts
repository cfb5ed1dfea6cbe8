import type { Log } from '../../base/log'
import type { Counter } from '../../base/metrics'
import type { CrawlSettings } from '../../contract/crawl-settings'
import type { CrawlRow } from '../crawls/crawl-store'
import type { CrawlCookies } from '../fetch/crawl-cookies'
import type { Fetcher } from '../fetch/fetcher'
import type { OriginSecrets } from '../fetch/request-headers'
import type { Frontier } from '../frontier/frontier'
import type { CrawlRef } from '../pages/crawl-ref-store'
import type { Recorder } from '../pages/recorder'
import { productToken } from '../robots/product-token'
import { createScope, type Scope } from '../scope/scope'
import type { UrlOptions } from '../urls/read-url'
import type { Origins } from './origins'
import type { PreviousPages } from './previous-pages'

/** One crawl as a process that takes part in it sees it. */
export class Site {
  readonly ref: CrawlRef
  readonly urlOptions: UrlOptions
  readonly token: string
  private row: CrawlRow
  private currentScope: Scope

  constructor(
    row: CrawlRow,
    readonly parts: {
      frontier: Frontier
      fetcher: Fetcher
      recorder: Recorder
      origins: Origins
      previous: PreviousPages | undefined
      cookies: CrawlCookies | undefined
      secrets: OriginSecrets
      log: Log
      counter: Counter
    },
  ) {
    this.ref = { tenantId: row.tenant_id, id: row.id }
    this.urlOptions = { stripTracking: row.settings.strip_tracking }
    this.token = productToken(row.settings.user_agent)
    this.row = row
    this.currentScope = createScope(row.settings, this.urlOptions)
  }

  get settings(): CrawlSettings {
    return this.row.settings
  }

  get scope(): Scope {
    return this.currentScope
  }

  /** Whether people have changed anything since the last `update`. */
  differs(row: CrawlRow): boolean {
    return changeable(row) !== changeable(this.row)
  }

  update(row: CrawlRow) {
    if (row.settings.limits.depth !== this.row.settings.limits.depth)
      this.currentScope = createScope(row.settings, this.urlOptions)
    this.row = row
  }
}

const changeable = ({ settings, paused }: CrawlRow) => JSON.stringify([settings, paused])

/** Origins that secrets are sent to. */
export const seedOrigins = ({ seeds }: CrawlSettings) => new Set(seeds.map(seed => new URL(seed).origin))
