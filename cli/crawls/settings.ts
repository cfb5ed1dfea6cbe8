import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { CrawlScope } from '../../src/contract/crawl-settings'
import { parseUrl } from '../../text/url'
import { wrongUsage } from '../exit'
import { parseInput } from '../input'
import { numberOf } from '../numbers'

export const SETTINGS_OPTIONS = {
  depth: { type: 'string', value: 'n', help: 'Follow so many links from a seed (default 20); 0: only the seeds' },
  pages: { type: 'string', value: 'n', help: 'Fetch so many pages at most (default 1000)' },
  seconds: { type: 'string', value: 'n', help: 'Take so long at most (default 3600)' },
  scope: { type: 'string', value: 'type', help: 'page, prefix, host (default), domain or any' },
  include: { type: 'string', value: 'regex', multiple: true, help: 'Fetch only URLs that match one of these' },
  exclude: { type: 'string', value: 'regex', multiple: true, help: 'Do not fetch URLs that match one of these' },
  delay: { type: 'string', value: 'ms', help: 'From one request to a host to the next (default 200)' },
  concurrency: { type: 'string', value: 'n', help: 'Requests to a host at the same time (default 2)' },
  'no-external': { type: 'boolean', help: 'Do not check links that lead out of the scope' },
  'ignore-robots': { type: 'boolean', help: 'Ignore robots.txt and nofollow, on sites of your own' },
  settings: {
    type: 'string',
    value: '@file',
    help: 'JSON with more settings as in the API, such as headers; - is stdin',
  },
  reason: { type: 'string', value: 'text', help: 'Recorded with the job and in the audit log' },
} as const

type Values = {
  [Name in keyof typeof SETTINGS_OPTIONS]?: (typeof SETTINGS_OPTIONS)[Name] extends { type: 'boolean' }
    ? boolean
    : (typeof SETTINGS_OPTIONS)[Name] extends { multiple: true }
      ? string[]
      : string
}
type Body = RequestOf<RouteAt<'post', '/api/crawls'>>['body']

/**
 * What to crawl, by the options, and for the rest by `--settings`.
 * @throws Failure if an option has a wrong value; what else is wrong, the server says
 */
export function crawlBody(urls: readonly string[], values: Values): Body {
  const base = settingsOf(values.settings)
  const { include, exclude, reason } = values
  return {
    ...base,
    seeds: urls.map(seedOf),
    scope: { ...base.scope, ...given({ type: values.scope as CrawlScope['type'] | undefined, include, exclude }) },
    limits: {
      ...base.limits,
      ...given({
        depth: numberOf('--depth', values.depth),
        pages: numberOf('--pages', values.pages),
        seconds: numberOf('--seconds', values.seconds),
      }),
    },
    politeness: {
      ...base.politeness,
      ...given({
        delay_ms: numberOf('--delay', values.delay),
        concurrency: numberOf('--concurrency', values.concurrency),
        obey_robots: values['ignore-robots'] ? false : undefined,
      }),
    },
    ...given({ check_external: values['no-external'] ? false : undefined, reason }),
  }
}

function seedOf(typed: string): string {
  const url = parseUrl(typed)
  if (url === null) throw wrongUsage(`"${typed}" is not a web address.`)
  return url
}

function settingsOf(operand: string | undefined): Partial<Body> {
  if (operand === undefined) return {}
  if (operand !== '-' && !operand.startsWith('@')) throw wrongUsage('--settings must be @file, or - for stdin.')
  return parseInput([operand])
}

/** Without what was not given, so that it does not replace a setting of the file. */
const given = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
