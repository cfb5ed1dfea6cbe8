import { getDomain } from 'tldts'
import type { CrawlScope } from '../../contract/crawl-settings'
import { canonicalOf, hostOf } from '../urls/canonical'

type ScopeType = CrawlScope['type']

/** What a scope of this type accepts around the seeds. */
export interface Site {
  has(url: URL): boolean
  /** Why not, in words. */
  refusal: string
}

/** @param seeds URLs of http or https */
export function siteOf(type: ScopeType, seeds: readonly URL[]): Site {
  const keyOf = keys[type]
  if (!keyOf) return type === 'any' ? { has: () => true, refusal: '' } : { has: () => false, refusal: PAGES_ONLY }
  const accepted = [...new Set(seeds.map(keyOf))]
  const set = new Set(accepted)
  const refusal = `It is not ${WHERE[type]} ${listed(accepted)}, and the scope is "${type}"`
  if (type !== 'prefix') return { has: url => set.has(keyOf(url)), refusal }
  return { has: url => accepted.some(prefix => comparable(url).startsWith(prefix)), refusal }
}

const PAGES_ONLY = 'It is no seed, and the scope is "page"'
const WHERE: Record<ScopeType, string> = { page: '', prefix: 'below', host: 'on', domain: 'in the domain', any: '' }

const keys: Record<ScopeType, ((url: URL) => string) | undefined> = {
  page: undefined,
  prefix: url => comparable(url).replace(/[^/]*$/, ''),
  host: hostOf,
  domain: domainOf,
  any: undefined,
}

/** Without query. Scheme does not count, as in a scope of a host: many sites have links with either. */
const comparable = (url: URL): string => canonicalOf(url, true).replace(/^https?:\/\/|\?.*$/g, '')

/**
 * The registrable domain by the public-suffix list. Its private part counts: `a.github.io` and `b.github.io` belong to
 * different people. Addresses, `localhost` and public suffixes themselves have none: then it is the host.
 */
function domainOf(url: URL): string {
  return getDomain(url.hostname, { allowPrivateDomains: true, extractHostname: false }) ?? hostOf(url)
}

const LISTED_MAX = 3
const listed = (texts: readonly string[]): string =>
  texts.length > LISTED_MAX
    ? `${texts.slice(0, LISTED_MAX).join(', ')} or ${texts.length - LISTED_MAX} more`
    : texts.join(' or ')
