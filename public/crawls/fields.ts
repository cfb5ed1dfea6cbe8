import type { CrawlSettings } from '../../src/contract/crawl-settings'
import { parseUrl } from '../../text/url'
import type { SettingField } from '../monitors/setting-fields'
import { valueIn } from '../monitors/value-in'

/** A setting of a crawl in the form; its name is its path in the contract, such as `limits.pages`. */
export interface CrawlField extends SettingField {
  /** What one of the field's unit is in that of the contract, such as 60 for minutes instead of seconds. */
  factor?: number
}

const MIB = 1024 * 1024

/** What most people look at. */
export const HOW_FAR: readonly CrawlField[] = [
  { name: 'limits.pages', label: 'Pages, at most', type: 'number', initial: '1000' },
  {
    ...{ name: 'limits.depth', label: 'Links from the start, at most', type: 'number', initial: '20' },
    hint: 'Start addresses have depth 0.',
  },
  {
    ...{ name: 'politeness.delay_ms', label: 'Between two requests to a host, in ms', type: 'number', initial: '200' },
    hint: 'Or what robots.txt asks for, if that is longer.',
  },
  { name: 'politeness.concurrency', label: 'Requests to a host at once', type: 'number', initial: '2' },
]

export const PATTERNS: readonly CrawlField[] = [
  {
    ...{ name: 'scope.include', label: 'Fetch only what matches', type: 'list' },
    hint: 'Regular expressions that match anywhere in an address, one per line. Start addresses are always fetched.',
  },
  {
    ...{ name: 'scope.exclude', label: 'Never fetch what matches', type: 'list' },
    hint: 'Such as /calendar/ or \\.pdf$',
  },
]

export const MORE_LIMITS: readonly CrawlField[] = [
  { name: 'limits.seconds', label: 'Time limit, in minutes', type: 'number', initial: '60', factor: 60 },
  { name: 'limits.bytes', label: 'Data received, in MiB', type: 'number', initial: '1024', factor: MIB },
  { name: 'limits.page_bytes', label: 'Size of a page, in MiB', type: 'number', initial: '8', factor: MIB },
  { name: 'limits.redirects', label: 'Redirects in a row', type: 'number', initial: '10' },
  { name: 'limits.links_per_page', label: 'Links of a page', type: 'number', initial: '5000' },
  { name: 'limits.timeout_ms', label: 'Time for one request, in ms', type: 'number', initial: '20000' },
  {
    ...{ name: 'limits.retries', label: 'Further tries', type: 'number', initial: '2' },
    hint: 'After a failure that may pass, such as a 503.',
  },
]

export const MANNERS: readonly CrawlField[] = [
  { name: 'politeness.obey_robots', label: 'Obey robots.txt and nofollow', type: 'switch', initial: 'true' },
  { name: 'sitemaps', label: 'Also visit what the sitemaps of the site list', type: 'switch', initial: 'true' },
  {
    ...{ name: 'check_external', type: 'switch', initial: 'true' },
    label: 'Check links to other sites, with one request each',
  },
  {
    ...{ name: 'strip_tracking', type: 'switch', initial: 'true' },
    label: 'Ignore parameters that only track visitors, such as utm_source',
  },
  {
    ...{ name: 'conditional', type: 'switch', initial: 'true' },
    label: 'Do not fetch again what the server says has not changed since the last crawl',
  },
  { name: 'archive', label: 'Keep what servers send, for WARC exports', type: 'switch', initial: 'true' },
  { name: 'cookies', label: 'Keep cookies during the crawl', type: 'switch', initial: 'false' },
  {
    ...{ name: 'user_agent', label: 'User agent', type: 'text', initial: 'Tailrace/1.0' },
    hint: 'Like name/1.0 (contact). The name is looked up in robots.txt.',
  },
  { name: 'sitemap_urls', label: 'Further sitemaps', type: 'list', hint: 'One address per line.' },
]

export const ALL_FIELDS: readonly CrawlField[] = [...HOW_FAR, ...PATTERNS, ...MORE_LIMITS, ...MANNERS]

/** What a field holds of a crawl's settings. */
export function fieldText({ name, factor = 1 }: CrawlField, settings: CrawlSettings): string {
  const value = valueIn(settings, name)
  if (typeof value === 'number') return String(Math.round((value / factor) * 1_000) / 1_000)
  return Array.isArray(value) ? value.join('\n') : String(value)
}

/** A number as entered, in the unit of the contract. */
export const numberIn = ({ factor = 1 }: CrawlField, text: string): number =>
  factor === 1 ? Number(text) : Math.round(Number(text) * factor)

/** An address as entered, with a scheme; what cannot be one stays, so that the server says what is wrong. */
export const addressIn = (text: string): string => parseUrl(text) ?? text

/** Lines that are not empty. */
export const linesIn = (text: string): string[] => text.split('\n').flatMap(line => line.trim() || [])
