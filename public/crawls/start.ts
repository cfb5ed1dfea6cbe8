import type { CrawlSettings } from '../../src/contract/crawl-settings'
import { client, type Fault } from '../api'
import { once } from '../once'
import { bodyOf, type CrawlDraft, hasSecrets } from './draft'
import { type CrawlBody, scheduledInput } from './settings'
import { nameOfSeeds } from './words'

/** When it runs. */
export type When = 'now' | 'both' | 'nightly'

export const WHENS: ReadonlyArray<readonly [when: When, title: string]> = [
  ['now', 'Once, now'],
  ['both', 'Now, and every night'],
  ['nightly', 'Every night only'],
]

/** 03:00, when few people are about. */
export const NIGHTLY_CRON = '0 3 * * *'

export interface Nightly {
  cron: string
  timezone: string
}

/** What keeps a crawl from being only scheduled: schedules hold no secrets, so they take those of an earlier crawl. */
export const scheduleProblem = (draft: CrawlDraft, when: When): string =>
  when === 'nightly' && hasSecrets(draft)
    ? 'Headers and passwords are stored with a crawl. Start one now as well, and the nightly ones will use them.'
    : ''

/**
 * Starts the crawl, creates its schedule, or both.
 * @returns the id of the crawl; null if it is only scheduled
 */
export async function start(draft: CrawlDraft, when: When, nightly: Nightly): Promise<string | null> {
  const body = bodyOf(draft)
  if (when === 'nightly') {
    await schedule(body, nightly)
    return null
  }
  const { crawl } = await once({ crawl: body }, headers => client.post('/api/crawls', { body, headers }))
  if (when === 'both') await schedule(scheduledInput(crawl), nightly)
  return crawl.id
}

function schedule(settings: CrawlBody | CrawlSettings, { cron, timezone }: Nightly) {
  const { headers: _, basic: __, secrets_of: ___, ...input } = settings as CrawlBody
  const zone = timezone.trim()
  return client.post('/api/schedules', {
    body: { name: `Crawl of ${nameOfSeeds(input.seeds)}`, kind: 'crawl', input, cron, ...(zone && { timezone: zone }) },
  })
}

/** Faults of a schedule's input belong to the same fields as those of a crawl. */
export const crawlFaults = (faults: readonly Fault[]): Fault[] =>
  faults.map(({ path, message }) => ({ path: path.replace(/^body\.input\./, 'body.'), message }))
