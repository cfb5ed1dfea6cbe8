import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { CrawlSettings } from '../../src/contract/crawl-settings'
import type { Crawl } from '../../src/contract/crawls'

/** The body that starts a crawl. */
export type CrawlBody = RequestOf<RouteAt<'post', '/api/crawls'>>['body']

const NAMES = [
  ...([
    'seeds',
    'scope',
    'limits',
    'politeness',
    'sitemaps',
    'sitemap_urls',
    'check_external',
    'strip_tracking',
  ] as const),
  ...(['cookies', 'user_agent', 'extract', 'archive', 'conditional', 'alert_on', 'alert_severity'] as const),
] satisfies (keyof CrawlSettings)[]

/** The settings of a crawl, without its secrets. */
export const settingsOf = (crawl: CrawlSettings): Omit<CrawlSettings, 'secret_names'> =>
  Object.fromEntries(NAMES.map(name => [name, crawl[name]])) as Omit<CrawlSettings, 'secret_names'>

/** The body that starts the same crawl again, with the same secrets. */
export const againBody = (crawl: Crawl): CrawlBody => ({
  ...settingsOf(crawl),
  ...(crawl.has_secrets.length > 0 && { secrets_of: crawl.id }),
})

/** The input of scheduled crawls. They take secrets from the latest crawl of the same site that has them. */
export const scheduledInput = (crawl: CrawlSettings): CrawlSettings => ({
  ...settingsOf(crawl),
  secret_names: crawl.secret_names,
})
