import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BrokenLink } from '../../src/contract/crawl-reports'
import type { Crawl, CrawlProgress } from '../../src/contract/crawls'
import type { Context } from '../command'
import { EXIT, Failure } from '../exit'
import { follow } from '../follow'
import { collect } from '../list'
import { reasonOf } from '../output/job-lines'
import { jsonPrinter, lineText, type Printer } from '../output/printer'
import { Progress } from '../output/progress'
import type { Terminal } from '../output/terminal'
import { retryWhileDown } from '../patience'
import { cancelOnInterrupt } from './cancel'
import { endedBadly, exitCodeOf, type FailOn, type Report } from './fail-on'
import { junitOf } from './junit'
import { brokenText, endText, progressText } from './text'

/** More are left out of the output and the report. */
const ITEMS_MAX = 100_000

export interface CrawlView {
  isJson: boolean
  /** Of the log lines that are shown, and above. */
  level: string
  failOn: readonly FailOn[]
  junit: string | undefined
  patienceMs: number
}

/** Follows a crawl until it has ended, and reports its broken links. @returns the exit code */
export async function watchCrawl(context: Context, crawl: Crawl, view: CrawlView): Promise<number> {
  const { terminal, api } = context
  const { isJson, failOn, patienceMs } = view
  context.requireOutcome()
  if (isJson) terminal.json({ event: 'crawl', ...crawl })
  const interrupted = crawl.ended_at ? undefined : await untilEnded(context, crawl, view)
  const ended = await retryWhileDown(patienceMs, () => api.get('/api/crawls/{id}', { id: crawl.id }))
  const report = { crawl: ended, broken: await retryWhileDown(patienceMs, () => brokenLinks(context, ended)) }
  if (view.junit !== undefined) await writeJunit(context, report, view.junit, failOn)
  for (const link of report.broken) {
    if (isJson) terminal.json({ event: 'broken_link', ...link })
    else terminal.write(brokenText(terminal, link))
    await terminal.drained()
  }
  if (isJson) terminal.json({ event: 'crawl', ...ended })
  terminal.note(`${endText(report)}${await causeOf(context, ended)}\n${context.settings.url}/crawls/${ended.id}`)
  return interrupted?.aborted ? EXIT.interrupted : exitCodeOf(report, failOn)
}

/** @returns aborted if Ctrl-C cancelled it */
async function untilEnded(context: Context, crawl: Crawl, { isJson, level, patienceMs }: CrawlView) {
  const { terminal } = context
  const progress = new Progress<CrawlProgress>(terminal, { line: progressText, log: progressText })
  terminal.note(`Crawl ${crawl.id} of ${crawl.seeds.join(' ')}`)
  if (!isJson) progress.start({ crawl_id: crawl.id, ...crawl })
  const request = { topic: `job:${crawl.job_id}`, filter: { limit: 'all' as const, level }, patienceMs }
  try {
    const ending = follow(context, request, isJson ? jsonPrinter(terminal) : listener(terminal, progress))
    const interrupted = cancelOnInterrupt(context, crawl, () => progress.stop())
    await ending
    return interrupted
  } finally {
    context.onFirstInterrupt(undefined)
    progress.stop()
  }
}

/** Lines go to stderr: the result is the list of broken links. Gaps need no message, because that is read at the end. */
const listener = (terminal: Terminal, progress: Progress<CrawlProgress>): Printer => ({
  lines: lines => {
    for (const line of lines) terminal.note(lineText(terminal, line).trimEnd())
  },
  event: ({ type, data }) => {
    if (type === 'crawl_progress') progress.see(data as CrawlProgress)
  },
  status() {},
  gap() {},
  end() {},
})

async function brokenLinks({ api, terminal }: Context, { id }: Crawl): Promise<BrokenLink[]> {
  const { found, isMore } = await collect(ITEMS_MAX, page => api.get('/api/crawls/{id}/links/broken', { id, ...page }))
  if (isMore) terminal.note(`Only the first ${ITEMS_MAX} broken links are reported.`)
  return found
}

async function writeJunit({ api, terminal }: Context, report: Report, file: string, failOn: readonly FailOn[]) {
  const { id } = report.crawl
  const { found, isMore } = await collect(ITEMS_MAX, page =>
    api.get('/api/crawls/{id}/pages', { id, status: 'fetched,failed', ...page }),
  )
  if (isMore) terminal.note(`${file} has the first ${ITEMS_MAX} pages and all broken links.`)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, junitOf(report, found, failOn))
  } catch (error) {
    throw new Failure(EXIT.failed, `${file} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}

/** Why a crawl failed, in a line of its own. */
async function causeOf({ api }: Context, crawl: Crawl): Promise<string> {
  if (!endedBadly(crawl)) return ''
  const cause = reasonOf(await api.get('/api/jobs/{id}', { id: crawl.job_id }))
  return cause && `\n${cause}`
}
