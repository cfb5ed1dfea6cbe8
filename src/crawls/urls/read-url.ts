import { hash } from 'node:crypto'
import { urlFrom } from '../../../text/url'
import { Lru } from '../../base/lru'
import { canonicalOf, hostOf } from './canonical'
import type { CrawlUrl } from './crawl-url'

export interface UrlOptions {
  /** Ignore query parameters that only track visitors when comparing URLs. What is fetched keeps them. */
  stripTracking: boolean
}

/** Longer ones are no links that a server would take. */
const LENGTH_MAX = 16_384
/** Bounds the memory of the cache, together with its size, to some 20 MB. */
const CACHED_LENGTH_MAX = 512
const CACHED_MAX = 20_000

/** Pages of a site have most of their links in common. By the folder of the page and the link as written. */
const caches = {
  exact: new Lru<string, CrawlUrl>(CACHED_MAX),
  stripped: new Lru<string, CrawlUrl>(CACHED_MAX),
}

/** What no server is asked for, such as `mailto:`: found out without parsing, which takes long for a large `data:`. */
const OTHER_SCHEME = /^(?!https?:)[a-z][a-z0-9+.-]*:/i
/** Links that need more of the base than its folder, and those with characters that parsing removes. */
const NEEDS_WHOLE_BASE = /^(?:[\0- ?#]|https?:(?!\/\/)|$)|[\t\n\r]/i
const ABSOLUTE = /^https?:\/\//i

/**
 * Reads a URL or a link by the WHATWG URL standard.
 * @param base absolute, of the page that has the link
 * @returns undefined unless it is a URL of http or https
 */
export function readUrl(href: string, base: string | undefined, { stripTracking }: UrlOptions): CrawlUrl | undefined {
  if (OTHER_SCHEME.test(href) || href.length > LENGTH_MAX) return undefined
  if (href.length > CACHED_LENGTH_MAX || NEEDS_WHOLE_BASE.test(href)) return parsed(href, base, stripTracking)
  const cache = stripTracking ? caches.stripped : caches.exact
  // always put together from two parts, since a part of a page would keep the whole page in memory
  const cacheKey = `${base === undefined || ABSOLUTE.test(href) ? '' : folderOf(base)} ${href}`
  const known = cache.get(cacheKey)
  if (known) return known
  const url = parsed(href, base, stripTracking)
  if (url && cacheKey.length <= 2 * CACHED_LENGTH_MAX) cache.set(cacheKey, url)
  return url
}

/** Links of a page are read one after the other. */
let latest = { base: '', folder: '' }

function folderOf(base: string): string {
  if (latest.base !== base) {
    const { origin = base, pathname = '' } = urlFrom(base) ?? {}
    latest = { base, folder: origin + pathname.slice(0, pathname.lastIndexOf('/') + 1) }
  }
  return latest.folder
}

function parsed(href: string, base: string | undefined, stripTracking: boolean): CrawlUrl | undefined {
  const url = urlFrom(href, base)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  if (url.hash || url.href.endsWith('#')) url.hash = ''
  // credentials in links would be sent to servers without being asked for
  if (url.username) url.username = ''
  if (url.password) url.password = ''
  return { href: url.href, key: keyOf(canonicalOf(url, stripTracking)), host: hostOf(url) }
}

/** The first 64 bits of the hash; SHA-1 is the fastest there is, and nothing here is secret. */
const keyOf = (canonical: string): string =>
  BigInt.asIntN(64, BigInt(`0x${hash('sha1', canonical).slice(0, 16)}`)).toString()
