import { counted } from '../../../text/numbers'
import { z } from '../../base/parse'
import { crawlSettings } from '../../contract/crawl-settings'
import { endReason } from '../../contract/crawls'
import type { JobOutcome } from '../../contract/jobs'
import { defineKind } from '../../jobs'
import { settingsFaults } from './settings-faults'

export const crawlResult = z.object({
  crawl_id: z.string(),
  ended_because: endReason,
  fetched: z.number(),
  failed: z.number(),
  broken_links: z.number(),
})
export type CrawlResult = z.output<typeof crawlResult>

/** A crawl of a site. Any process continues one whose worker is lost, because its state is in Redis and PostgreSQL. */
export const crawlKind = defineKind({
  name: 'crawl',
  queue: 'crawls',
  input: crawlSettings.superRefine((settings, context) => {
    for (const { path, message } of settingsFaults(settings)) context.addIssue({ code: 'custom', path, message })
  }),
  outcome,
  options: { attempts: 5, resumable: true },
})

const STOPPED: Partial<Record<CrawlResult['ended_because'], string>> = {
  page_limit: 'stopped at the page limit',
  time_limit: 'stopped at the time limit',
  bytes_limit: 'stopped at the limit of bytes',
}

function outcome({ ended_because, fetched, broken_links }: CrawlResult): JobOutcome {
  if (ended_because === 'blocked') return { level: 'bad', text: 'robots.txt allows nothing' }
  if (ended_because === 'failed') return { level: 'bad', text: 'No page could be fetched' }
  const parts = [counted(fetched, 'page'), STOPPED[ended_because]].filter(Boolean)
  if (!broken_links) return { level: 'ok', text: parts.join(', ') }
  return { level: 'warn', text: [...parts, counted(broken_links, 'broken link')].join(', ') }
}
