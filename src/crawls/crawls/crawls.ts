import type { Raises } from '../../alerts'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { ignoreOutage } from '../../base/outage'
import type { RedisClient } from '../../base/redis'
import type { Sealer } from '../../base/sealed'
import type { Actor } from '../../contract/access'
import type { CrawlSecrets, CrawlSettings } from '../../contract/crawl-settings'
import type { EndReason } from '../../contract/crawls'
import type { Writer } from '../../streams'
import { NO_COUNTS } from '../frontier/counts'
import { Frontier } from '../frontier/frontier'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { siteHash } from '../urls/site-hash'
import { type Change, changeEffect } from './change-effect'
import { noCrawlAlerts } from './crawl-alerts'
import {
  type CrawlRow,
  deleteCrawl,
  findCrawl,
  findSecrets,
  hasCrawls,
  insertCrawl,
  type StoredCounts,
} from './crawl-store'
import { mergedSecrets, openSecrets, sealSecrets, secretNames } from './secrets'
import { siteNameOf } from './shown-crawl'

export interface CrawlsDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  redis: RedisClient
  prefix: string
  sealer: Sealer
  raises: Pick<Raises, 'apply'>
}

export interface NewCrawlRequest {
  id: string
  tenantId: string
  createdBy: Actor
  settings: CrawlSettings
  secrets?: CrawlSecrets
}

const START: StoredCounts = { ...NO_COUNTS, pages_per_second: 0, seconds_left: null }

/** Rows of crawls and what changes them. */
export class Crawls {
  private readonly effect

  constructor(private readonly deps: CrawlsDeps) {
    this.effect = changeEffect(deps.raises)
  }

  /**
   * Creates a crawl unless it exists. Secrets that its settings name and that are not given come from an earlier crawl of
   * the same site.
   * @throws SecretsMissing if there is no such crawl any more
   */
  async open({ id, tenantId, createdBy, settings, secrets = {} }: NewCrawlRequest): Promise<CrawlRow> {
    const { db, sealer } = this.deps
    const hash = siteHash(settings.seeds, settings.scope)
    const all = await this.completeSecrets(tenantId, hash, settings.secret_names, secrets)
    const names = secretNames(all)
    await insertCrawl(db, {
      ...{ id, tenant_id: tenantId, created_by: createdBy, counts: START, site_hash: hash },
      settings: { ...settings, secret_names: names },
      secrets: sealSecrets(sealer, id, all),
      secret_names: names,
    })
    return this.find({ tenantId, id })
  }

  private async completeSecrets(tenantId: string, hash: string, names: readonly string[], given: CrawlSecrets) {
    const missing = names.filter(name => !secretNames(given).includes(name))
    if (!missing.length) return given
    const earlier = await findSecrets(this.deps.db, tenantId, hash, missing)
    const found = earlier ? openSecrets(this.deps.sealer, earlier) : {}
    const merged = mergedSecrets(found, given)
    if (missing.some(name => !secretNames(merged).includes(name))) throw new SecretsMissing(missing)
    return merged
  }

  /** @throws Problem 404 */
  async find(ref: CrawlRef): Promise<CrawlRow> {
    const found = await findCrawl(this.deps.db, ref)
    if (!found) throw notFound('crawl')
    return found
  }

  /** @returns the crawl after the change; undefined if it has ended, or does not exist */
  apply(change: Change): Promise<CrawlRow | undefined> {
    return this.deps.streams.commit(this.effect, change)
  }

  /** The same. @throws Problem 404 if there is none, 409 if it has ended */
  async change(change: Change): Promise<CrawlRow> {
    const changed = await this.apply(change)
    if (changed) return changed
    await this.find(change.crawl)
    throw conflict('crawl_ended', 'The crawl has ended.')
  }

  /** Ends a crawl before it is done. Does nothing if it has ended. */
  async end(ref: CrawlRef, because: EndReason): Promise<void> {
    const row = await this.find(ref)
    if (row.ended_at) return
    await this.apply({ does: 'end', crawl: ref, because, counts: await this.countsOf(row) })
    await this.forget(ref)
  }

  /** Lets a crawl that was stopped before its analysis go on. Does nothing if it was not. */
  async reopen(ref: CrawlRef): Promise<void> {
    await this.apply({ does: 'reopen', crawl: ref })
  }

  /** The newest counts: those of the frontier while it runs and Redis is there. */
  async countsOf(row: CrawlRow): Promise<StoredCounts> {
    if (row.ended_at) return row.counts
    // while Redis is away, the stored counts are the newest there are
    const state = await this.frontier(row.id).read().catch(ignoreOutage)
    return { ...row.counts, ...state?.counts }
  }

  /** @throws Problem 404 if there is none, 409 if it has not ended */
  async remove(ref: CrawlRef): Promise<void> {
    const row = await this.find(ref)
    if (!row.ended_at) throw conflict('crawl_open', 'The crawl has not ended: cancel it first.')
    const { db, raises } = this.deps
    await db.transaction(async trx => {
      await deleteCrawl(trx, ref)
      const site = { tenantId: ref.tenantId, siteHash: row.site_hash, siteName: siteNameOf(row.settings) }
      if (!(await hasCrawls(trx, site))) await raises.apply(trx, noCrawlAlerts(site))
    })
    await this.forget(ref)
  }

  /** While Redis is away, it expires there by itself. */
  private async forget({ id }: CrawlRef): Promise<void> {
    await this.frontier(id).drop().catch(ignoreOutage)
  }

  frontier(id: string): Frontier {
    return new Frontier(this.deps.redis, this.deps.prefix, id)
  }
}

/** A crawl needs secrets that no crawl has any more. */
export class SecretsMissing extends Error {
  constructor(readonly names: readonly string[]) {
    super(`No crawl of this site has the secrets ${names.join(', ')} any more. Start one with them from the form.`)
  }
}
