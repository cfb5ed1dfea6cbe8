import { Lru } from '../../base/lru'
import type { CrawlSettings } from '../../contract/crawl-settings'
import type { CrawlUrl } from '../urls/crawl-url'
import { readUrl, type UrlOptions } from '../urls/read-url'
import type { Decision } from './decision'
import { patternsOf } from './patterns'
import { siteOf } from './site'
import { trapProblem } from './traps'

export type ScopeSettings = Pick<CrawlSettings, 'seeds' | 'scope'> & {
  limits: Pick<CrawlSettings['limits'], 'depth'>
  politeness: Pick<CrawlSettings['politeness'], 'obey_robots'>
}

/** How a URL was found. */
export interface Visit {
  /** Links from a seed. */
  depth: number
  /** The link, its page or a header says not to follow it. */
  nofollow: boolean
}

export interface Scope {
  decide(url: CrawlUrl, visit: Visit): Decision
  /** For where a redirect leads: it has no depth of its own. */
  decideRedirect(url: CrawlUrl): Decision
}

/** Longer URLs do not fit into indexes, and are rarely meant. */
export const URL_LENGTH_MAX = 2_048
const CACHED_MAX = 20_000
const ACCEPTED: Decision = { accepted: true }

/**
 * Rules in order, of which the last that applies decides: type of the scope, included and excluded patterns, traps,
 * depth, nofollow, seeds, length. A link out of scope that is too deep besides is still only out of scope: it is not
 * followed anyway.
 * @param settings checked, with valid patterns
 */
export function createScope(settings: ScopeSettings, urlOptions: UrlOptions): Scope {
  const seeds = settings.seeds.flatMap(seed => readUrl(seed, undefined, urlOptions) ?? [])
  const seedKeys = new Set(seeds.map(({ key }) => key))
  const byAddress = addressRules(settings.scope, seeds)
  const cached = new Lru<string, Decision>(CACHED_MAX)

  const decideRedirect = (url: CrawlUrl): Decision => {
    if (url.href.length > URL_LENGTH_MAX) return tooLong(url)
    if (seedKeys.has(url.key)) return ACCEPTED
    const known = cached.get(url.href)
    if (known) return known
    const decision = byAddress(url.href)
    cached.set(url.href, decision)
    return decision
  }
  return {
    decideRedirect,
    decide(url, { depth, nofollow }) {
      const decision = decideRedirect(url)
      if (seedKeys.has(url.key)) return decision
      if (nofollow && settings.politeness.obey_robots && (decision.accepted || decision.isExternal)) return NOFOLLOW
      if (depth > settings.limits.depth && decision.accepted) return tooDeep(depth, settings.limits.depth)
      return decision
    },
  }
}

/** The rules that only need the URL. */
function addressRules({ type, include, exclude }: ScopeSettings['scope'], seeds: readonly CrawlUrl[]) {
  const site = siteOf(
    type,
    seeds.map(({ href }) => new URL(href)),
  )
  const included = patternsOf(include)
  const excluded = patternsOf(exclude)
  return (href: string): Decision => {
    const isInside = site.has(new URL(href))
    const trap = isInside && trapProblem(href)
    if (trap) return refused('trap', trap)
    const pattern = excluded.find(({ test }) => test(href))
    if (pattern) return refused('excluded', `It matches the excluded pattern "${pattern.source}"`)
    if (!isInside) return { ...refused('out_of_scope', site.refusal), isExternal: true }
    if (included.length === 0 || included.some(({ test }) => test(href))) return ACCEPTED
    return refused('not_included', notIncluded(include))
  }
}

const refused = (reason: string, explanation: string) => ({
  accepted: false as const,
  reason,
  explanation,
  isExternal: false,
})

const notIncluded = ([first, ...others]: readonly string[]): string =>
  others.length === 0
    ? `It does not match the included pattern "${first}"`
    : `It matches none of the ${others.length + 1} included patterns`

const NOFOLLOW: Decision = refused('nofollow', 'The link, its page or a header of the page says "nofollow"')

const tooDeep = (depth: number, depthMax: number): Decision =>
  refused('depth', `It is ${depth} links away from a seed; the limit is ${depthMax}`)

const tooLong = ({ href }: CrawlUrl): Decision =>
  refused('too_long', `It has ${href.length} characters; the limit is ${URL_LENGTH_MAX}`)
