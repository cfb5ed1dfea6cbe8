import { newEntry } from '../frontier/entry'
import type { Addition } from '../frontier/frontier'
import type { PageContent } from '../html/page-content'
import { LINK_REASONS, type PageRecord, skippedPage } from '../pages/page-record'
import { URL_LENGTH_MAX } from '../scope/scope'
import { templateOf } from '../scope/traps'
import type { CrawlUrl } from '../urls/crawl-url'
import { readUrl } from '../urls/read-url'
import type { Site } from './site'

/** Keys that a process remembers, so that it does not add the links that all pages share again and again. */
const REMEMBERED_MAX = 200_000

export interface FoundUrl {
  url: CrawlUrl
  depth: number
  nofollow: boolean
  /** Key of the page that has the link. */
  from: string | null
}

/** What a page's links come to. */
export interface Found {
  additions: Addition[]
  /** Links that are not followed, to be stored with the page. */
  skipped: PageRecord[]
  /** Keys of all links, without repeats. */
  keys: string[]
}

/** Decides what becomes of URLs when they are found. */
export class FoundLinks {
  private readonly settled = new Set<string>()

  constructor(private readonly site: Site) {}

  ofPage(content: Pick<PageContent, 'links'>, page: { key: string; depth: number }): Found {
    const { site } = this
    const found = new Map<string, FoundUrl>()
    for (const { url: href, nofollow } of content.links) {
      const url = readUrl(href, undefined, site.urlOptions)
      if (!url || (found.has(url.key) && (nofollow || !found.get(url.key)?.nofollow))) continue
      found.set(url.key, { url, nofollow, depth: page.depth + 1, from: page.key })
    }
    const decided = [...found.values()].flatMap(each => this.decide(each) ?? [])
    return {
      keys: [...found.keys()],
      additions: decided,
      skipped: decided.flatMap(each => recordOf(each) ?? []),
    }
  }

  /** Undefined if nothing can change for the URL any more. */
  decide({ url, depth, nofollow, from }: FoundUrl): DecidedLink | undefined {
    if (this.settled.has(url.key)) return undefined
    const { site } = this
    const decision = site.scope.decide(url, { depth, nofollow })
    const entry = newEntry(url, 'page', depth, from)
    const family = templateOf(url.href)
    if (decision.accepted) {
      const denied = this.deniedByRobots(url)
      this.remember(url.key)
      if (denied) return { entry, family, outcome: 'skipped', reason: 'robots', explanation: denied }
      return { entry, family, outcome: 'queue' }
    }
    const { reason, explanation, isExternal } = decision
    if (isExternal && site.settings.check_external) {
      this.remember(url.key)
      return { entry: newEntry(url, 'external', depth, from), family: null, outcome: 'queue' }
    }
    // another link to it may allow what this one does not
    const mayChange = LINK_REASONS.has(reason)
    if (!mayChange) this.remember(url.key)
    return { entry, family, outcome: mayChange ? 'refused' : 'skipped', reason, explanation }
  }

  /** By a robots.txt that is known already; the others are read when it is the URL's turn. */
  private deniedByRobots({ href }: CrawlUrl): string | undefined {
    const { settings, parts } = this.site
    if (!settings.politeness.obey_robots) return undefined
    const origin = parts.origins.peek(new URL(href).origin)
    if (!origin || origin.file.outcome === 'unreachable') return undefined
    const { allowed, rule } = origin.robots.decide(href)
    return allowed ? undefined : robotsExplanation(rule)
  }

  private remember(key: string) {
    if (this.settled.size >= REMEMBERED_MAX) this.settled.clear()
    this.settled.add(key)
  }
}

export type DecidedLink = Addition & { explanation?: string }

export const robotsExplanation = (rule: string | null) => `robots.txt says "${rule ?? 'nothing that allows it'}"`

/** The row of a URL that is not fetched. */
export function recordOf({ entry, outcome, reason, explanation }: DecidedLink): PageRecord | undefined {
  if (outcome === 'queue') return undefined
  const { key, url, host, depth, from } = entry
  return skippedPage({
    key,
    url: url.slice(0, URL_LENGTH_MAX),
    host,
    depth,
    from,
    reason: reason ?? null,
    explanation: explanation ?? null,
  })
}
