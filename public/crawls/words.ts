import type { PageOutcome } from '../../src/contract/crawl-pages'
import type { FindingType, RobotsOutcome } from '../../src/contract/crawl-reports'
import type { CrawlScope } from '../../src/contract/crawl-settings'
import type { CrawlPhase, EndReason } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'

/** Why a crawl is over. */
export const END_WORDS: Record<EndReason, string> = {
  completed: 'Everything in scope was visited',
  page_limit: 'The limit of pages was reached',
  time_limit: 'The time limit was reached',
  bytes_limit: 'The limit of data was reached',
  cancelled: 'It was cancelled',
  blocked: 'robots.txt allows none of it',
  failed: 'No page could be fetched',
}

/** The same where there is little space. */
export const END_WORDS_SHORT: Record<EndReason, string> = {
  completed: 'all visited',
  page_limit: 'page limit reached',
  time_limit: 'time limit reached',
  bytes_limit: 'data limit reached',
  cancelled: 'cancelled',
  blocked: 'blocked by robots.txt',
  failed: 'no page fetched',
}

/** Ends that leave pages unvisited which were asked for. */
export const isEarlyEnd = (reason: EndReason): boolean => reason !== 'completed'

export const PHASE_WORDS: Record<CrawlPhase, string> = {
  discover: 'reading robots.txt and sitemaps',
  fetch: 'fetching pages',
  analyse: 'analysing what was found',
  export: 'finishing',
}

/** Which pages are fetched besides the seeds. */
export const SCOPES: ReadonlyArray<readonly [type: CrawlScope['type'], title: string, meaning: string]> = [
  ['page', 'These pages only', 'Nothing else is fetched. Their links are checked.'],
  ['prefix', 'Below these addresses', 'Pages in the same folder as a start address, and below it.'],
  ['host', 'The same host', 'All pages of the hosts of the start addresses.'],
  ['domain', 'The whole domain', 'All pages of the domain with its subdomains, such as docs.example.org.'],
  ['any', 'Everywhere', 'Every link is followed to any site, until a limit is reached.'],
]

const REASONS: Readonly<Record<string, string>> = {
  out_of_scope: 'out of scope',
  excluded: 'matches an excluded pattern',
  not_included: 'matches no included pattern',
  depth: 'too many links from the start',
  nofollow: 'marked as nofollow',
  trap: 'looks like an endless trap',
  too_long: 'address too long',
  robots: 'forbidden by robots.txt',
  robots_unreachable: 'robots.txt could not be read',
  content_type: 'not a page',
  page_limit: 'page limit reached',
  time_limit: 'time limit reached',
  bytes_limit: 'data limit reached',
  redirect_out_of_scope: 'redirects out of scope',
  http_status: 'answered with an error status',
  timeout: 'no answer in time',
  dns_not_found: 'name not found',
  tls: 'certificate or TLS problem',
  malformed_response: 'malformed answer',
  blocked_address: 'address not allowed by OUTBOUND_ALLOW',
}

/** Why a URL was skipped or failed. What is not known here, such as `connection_refused`, is words already. */
export const reasonWords = (reason: string): string => REASONS[reason] ?? reason.replaceAll('_', ' ')

const UNANSWERED =
  /^(dns_|connection_|tls|timeout|unreachable|response_|body_|malformed|redirect_loop|too_many_redirects)/

/** The same for skipped URLs: those that were asked and gave no good answer are links to other sites. */
export const skippedWords = (reason: string): string =>
  UNANSWERED.test(reason) ? `other site: ${reasonWords(reason)}` : reasonWords(reason)

export const OUTCOME_WORDS: Record<PageOutcome, string> = { fetched: 'fetched', failed: 'failed', skipped: 'skipped' }

export const FINDINGS: Record<FindingType, { title: string; meaning: string }> = {
  broken_link: { title: 'Broken links', meaning: 'Links whose target gave no good answer.' },
  redirect_chain: { title: 'Redirect chains', meaning: 'Links that redirect several times, or in a circle.' },
  orphan: { title: 'Orphans', meaning: 'Addresses in a sitemap that no page links to.' },
  duplicate_content: { title: 'Same content', meaning: 'Pages whose text is the same as that of others.' },
  duplicate_title: { title: 'Same title', meaning: 'Pages that share their title with others.' },
  missing_title: { title: 'No title', meaning: 'Pages without a title.' },
  missing_description: { title: 'No description', meaning: 'Pages without a description for search engines.' },
  slow_page: { title: 'Slow pages', meaning: 'Pages that took far longer than usual.' },
  mixed_content: { title: 'Mixed content', meaning: 'HTTPS pages that load something over plain HTTP.' },
}

export const ROBOTS_WORDS: Record<RobotsOutcome, { text: string; meaning: string }> = {
  parsed: { text: 'read', meaning: 'It was read, and its rules hold.' },
  absent: { text: 'none', meaning: 'There is none, so everything is allowed.' },
  unreadable: { text: 'unreadable', meaning: 'What is there is no robots.txt, so everything is allowed.' },
  unreachable: { text: 'unreachable', meaning: 'It could not be fetched, so nothing is allowed.' },
}

/** What a crawl is of: its first start address without scheme, and how many more it has. */
export function nameOfSeeds(seeds: readonly string[]): string {
  const first = (seeds[0] ?? '').replace(/^https?:\/\//i, '').replace(/^([^/?#]+)\/$/, '$1')
  return seeds.length > 1 ? `${first} and ${formatCount(seeds.length - 1)} more` : first
}
