import type { BrokenLink } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { EXIT, wrongUsage } from '../exit'

/** How a crawl has ended, with its broken links. */
export interface Report {
  crawl: Crawl
  broken: readonly BrokenLink[]
}

/** What a build can fail on, besides a crawl that ends badly. */
const TESTS = {
  broken: ({ broken }: Report) => broken.length > 0,
  'new-broken': ({ broken }: Report) => broken.some(({ is_new }) => is_new),
  failed: ({ crawl }: Report) => crawl.failed > 0,
  limit: ({ crawl }: Report) => crawl.ended_because?.endsWith('_limit') === true,
}
export type FailOn = keyof typeof TESTS

export const FAIL_ON_OPTION = {
  type: 'string',
  value: 'a,b',
  help: 'Exit with 8 on broken (links), new-broken (since the crawl before), failed (pages) or limit (one was reached)',
} as const

/** @throws Failure */
export function failOnOf(text: string | undefined): FailOn[] {
  const names = text?.split(',') ?? []
  const wrong = names.find(name => !Object.hasOwn(TESTS, name))
  if (wrong !== undefined) throw wrongUsage(`--fail-on must be ${Object.keys(TESTS).join(', ')}, not "${wrong}".`)
  return names as FailOn[]
}

/** Whether it ended without looking at the site as far as it should. */
export const endedBadly = ({ ended_because }: Pick<Crawl, 'ended_because'>): boolean =>
  ended_because === null || ['cancelled', 'blocked', 'failed'].includes(ended_because)

export function exitCodeOf(report: Report, failOn: readonly FailOn[]): number {
  if (endedBadly(report.crawl)) return EXIT.failed
  return failOn.some(name => TESTS[name](report)) ? EXIT.found : EXIT.ok
}
