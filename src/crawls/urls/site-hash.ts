import { createHash } from 'node:crypto'
import type { CrawlScope } from '../../contract/crawl-settings'
import { readUrl } from './read-url'

/** The same for crawls of the same seeds and scope, in whatever order they are given. */
export function siteHash(seeds: readonly string[], { type, include, exclude }: CrawlScope): string {
  const keys = seeds.map(seed => readUrl(seed, undefined, { stripTracking: true })?.key ?? seed)
  const site = [sorted(keys), type, sorted(include), sorted(exclude)]
  return createHash('sha256').update(JSON.stringify(site)).digest('hex').slice(0, 32)
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort()
