import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../../src/base/root'

const run = promisify(execFile)
const FOLDER = join(ROOT, 'load/peers/crawl')
const PACKAGE = '@crawlee/cheerio@3.18.1'
/** Debian's, which has Debian's packages. */
const PYTHON = '/usr/bin/python3'
const OUTPUT_BYTES_MAX = 2 ** 26

/** What a crawler has found, and what it needed, without its start. */
export interface CrawlerRun {
  urls: string[]
  /** From the first request until the last page was read. */
  seconds: number
  cpuSeconds: number
  /** The most. */
  rssBytes: number
}

/** Another crawler, which keeps only the addresses of pages. */
export interface Crawler {
  crawl(seed: string, concurrency: number): Promise<CrawlerRun>
  remove(): Promise<void>
}

/** Crawlee's CheerioCrawler, installed into a folder of its own; undefined if it cannot be installed. */
export async function installCrawlee(): Promise<Crawler | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-crawlee-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', PACKAGE])
    const script = join(folder, 'crawlee.mjs')
    await copyFile(join(FOLDER, 'crawlee.mjs'), script)
    return { remove, crawl: (seed, concurrency) => reportOf(process.execPath, [script, seed, String(concurrency)]) }
  } catch (error) {
    await remove()
    console.error(`Crawlee is left out: ${PACKAGE} cannot be installed: ${error}`)
    return undefined
  }
}

/** Debian's Scrapy; undefined if it is not installed. */
export function findScrapy(): Crawler | undefined {
  const script = join(FOLDER, 'scrapy-spider.py')
  if (existsSync('/usr/lib/python3/dist-packages/scrapy'))
    return {
      remove: async () => {},
      crawl: (seed, concurrency) => reportOf(PYTHON, [script, seed, String(concurrency)]),
    }
  console.error('Scrapy is left out: its package python3-scrapy is not installed')
  return undefined
}

/** Runs a program whose last line of output is its report. */
async function reportOf(program: string, args: string[]): Promise<CrawlerRun> {
  const { stdout } = await run(program, args, { maxBuffer: OUTPUT_BYTES_MAX })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}
