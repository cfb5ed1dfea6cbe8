import { counted } from '../../../text/numbers'
import type { RaiseItem } from '../../alerts'
import type { CrawlSettings } from '../../contract/crawl-settings'
import type { EndReason } from '../../contract/crawls'
import { CRAWL_ALERTS, SEVERITIES } from '../../contract/values'

/** What the alerts of all crawls with the same seeds and scope have in common, so that a later crawl can resolve them. */
export interface CrawledSite {
  tenantId: string
  siteHash: string
  /** For people: `siteNameOf`. */
  siteName: string
}

/** What is known at the end of a crawl. */
export interface CrawlFacts extends CrawledSite {
  crawlId: string
  settings: Pick<CrawlSettings, 'alert_on' | 'alert_severity'>
  endedBecause: EndReason
  broken: number
  /** Those that the crawl before did not have; 0 without one. */
  newBroken: number
  /** URLs of some broken links, the new ones first. */
  examples: readonly string[]
}

type Cause = (typeof CRAWL_ALERTS)[number]

const NAMES: Record<Cause, string> = {
  broken_links: 'CrawlBrokenLinks',
  new_broken_links: 'CrawlNewBrokenLinks',
  ended_badly: 'CrawlEndedBadly',
}
const BAD_ENDS: Partial<Record<EndReason, string>> = {
  blocked: 'could not be crawled, because its robots.txt does not allow it',
  failed: 'could not be crawled',
}
const EXAMPLES_MAX = 5

/**
 * What a crawl that ends raises and resolves. A cancelled crawl says nothing about its site, and one that ended badly nothing
 * about links, so the alerts of earlier crawls stay as they are.
 */
export function crawlAlerts(facts: CrawlFacts): RaiseItem[] {
  if (facts.endedBecause === 'cancelled') return []
  const endedBadly = facts.endedBecause in BAD_ENDS
  const known = CRAWL_ALERTS.filter(cause => cause === 'ended_badly' || !endedBadly)
  return known.flatMap(cause => alertsFor(facts, cause))
}

/** Resolves all alerts of a site of which no crawl is left. */
export const noCrawlAlerts = (site: CrawledSite): RaiseItem[] =>
  CRAWL_ALERTS.flatMap(cause => SEVERITIES.map(severity => resolveItem(site, cause, severity, 'disabled')))

/** An alert with another severity, of an earlier crawl with other settings, is always resolved. */
function alertsFor(facts: CrawlFacts, cause: Cause): RaiseItem[] {
  const { alert_on, alert_severity } = facts.settings
  const isWanted = alert_on.includes(cause)
  const summary = isWanted ? summaryOf(facts, cause) : undefined
  return SEVERITIES.map(severity =>
    summary !== undefined && severity === alert_severity
      ? raiseItem(facts, cause, summary)
      : resolveItem(facts, cause, severity, isWanted ? 'sender' : 'disabled'),
  )
}

/** @returns nothing if there is no reason for an alert */
function summaryOf({ endedBecause, broken, newBroken, siteName }: CrawlFacts, cause: Cause): string | undefined {
  if (cause === 'broken_links') return broken ? `${siteName} has ${counted(broken, 'broken link')}` : undefined
  if (cause === 'new_broken_links')
    return newBroken ? `${siteName} has ${counted(newBroken, 'new broken link')}` : undefined
  const how = BAD_ENDS[endedBecause]
  return how && `${siteName} ${how}`
}

function raiseItem(facts: CrawlFacts, cause: Cause, summary: string): RaiseItem {
  const examples = cause === 'ended_badly' ? [] : facts.examples.slice(0, EXAMPLES_MAX)
  return {
    ...{ does: 'raise', tenantId: facts.tenantId, source: 'crawls' },
    labels: labelsOf(facts, cause, facts.settings.alert_severity),
    annotations: { summary, ...(examples.length && { description: `Among them: ${examples.join(', ')}` }) },
    links: { Crawl: `/crawls/${facts.crawlId}` },
  }
}

const resolveItem = (
  site: CrawledSite,
  cause: Cause,
  severity: string,
  resolvedBy: 'sender' | 'disabled',
): RaiseItem => ({
  ...{ does: 'resolve', tenantId: site.tenantId, source: 'crawls', resolvedBy },
  labels: labelsOf(site, cause, severity),
})

const labelsOf = ({ siteHash, siteName }: CrawledSite, cause: Cause, severity: string) => ({
  ...{ alertname: NAMES[cause], severity, site: siteName, site_id: siteHash },
})
