import type { LinkVerdict } from '../../contract/crawl-tools'
import type { ContentLink } from '../html/page-content'
import type { Scope } from '../scope/scope'
import { readUrl, type UrlOptions } from '../urls/read-url'
import type { OriginRobots } from './origin-robots'

/** More are counted only. */
const SHOWN_MAX = 500

interface Judges {
  scope: Scope
  robots: OriginRobots
  urlOptions: UrlOptions
}

/** Says for each URL that a seed links to whether a crawl would follow it. One of several links to it is enough. */
export function linkVerdicts(
  links: readonly ContentLink[],
  { scope, robots, urlOptions }: Judges,
): { links: LinkVerdict[]; leftOut: number } {
  const verdicts = new Map<string, LinkVerdict>()
  for (const { url: href, text, nofollow } of links) {
    const url = readUrl(href, undefined, urlOptions)
    const before = url && verdicts.get(url.key)
    if (!url || before?.accepted) continue
    const decision = scope.decide(url, { depth: 1, nofollow })
    const refusal = decision.accepted ? robots.problemOf(href) : decision
    const { reason = null, explanation = null } = refusal ?? {}
    const known = before ?? { url: href, text }
    verdicts.set(url.key, { ...known, accepted: !refusal, reason, explanation })
  }
  const all = [...verdicts.values()]
  return { links: all.slice(0, SHOWN_MAX), leftOut: Math.max(0, all.length - SHOWN_MAX) }
}
