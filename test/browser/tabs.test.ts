import type { Browser, BrowserContext, Page } from 'playwright-core'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { proxyWithoutWebSockets } from '../support/proxy'
import { describeInBrowser, signIn, startBrowser, type Visitor, visit } from './browser'

const TABS = 10
const LINES = 60

/** Browsers open six HTTP/1.1 connections to an origin, for all tabs together. */
describeInBrowser('ten tabs at once over HTTP/1.1', () => {
  let browser: Browser
  let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp
  let visitor: Visitor
  const stops: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    ;[browser, apps] = await Promise.all([startBrowser(), appsOnFreshParts()])
    app = await apps.start()
  })
  afterEach(async () => {
    await visitor.context.close()
    for (const stop of stops.splice(0)) await stop()
  })
  afterAll(async () => {
    await browser?.close()
    await apps?.stop()
  })

  /** Jobs that write their lines slowly enough for all tabs to be open meanwhile. */
  const startJobs = () => Promise.all(Array.from({ length: TABS }, () => startJob()))

  async function startJob(): Promise<string> {
    const steps = [{ name: 'load', workers: 1, lines: LINES, interval_ms: 250 }]
    const response = await app.post('/api/jobs', { kind: 'demo', input: { steps } })
    return ((await response.json()) as { job: { id: string } }).job.id
  }

  async function signedIn(url = app.url): Promise<BrowserContext> {
    visitor = await visit(browser, url)
    await signIn(visitor, { ...app, url })
    return visitor.context
  }

  async function openJob(context: BrowserContext, id: string, url = app.url): Promise<Page> {
    const page = await context.newPage()
    await page.setViewportSize({ width: 1280, height: 3_000 })
    await page.goto(`${url}/jobs/${id}`)
    return page
  }

  /** All live while their jobs still run, every line once and in order, and the server still answers. */
  async function expectAllLive(pages: Page[]) {
    for (const page of pages) await page.locator('.live.is-live').waitFor()
    for (const page of pages) expect(await page.evaluate(askServer)).toBe(200)
    for (const page of pages) await page.locator(`.log-row[data-line="${LINES}"]`).waitFor()
    for (const page of pages) expect(await page.evaluate(shownLines)).toEqual(numbers(1, LINES))
  }

  it('are all live, and the server still answers', async () => {
    const context = await signedIn()
    const pages = []
    for (const id of await startJobs()) pages.push(await openJob(context, id))
    await expectAllLive(pages)
  })

  it('are all live behind a proxy without WebSockets', async () => {
    const proxy = await proxyWithoutWebSockets(app.url)
    stops.push(proxy.stop)
    const context = await signedIn(proxy.url)
    const pages = []
    for (const id of await startJobs()) pages.push(await openJob(context, id, proxy.url))
    await expectAllLive(pages)
    expect(proxy.refused()).toBeGreaterThan(0)
  })

  it('let go of the stream when the browser freezes them, and miss nothing', async () => {
    const context = await signedIn()
    const page = await openJob(context, await startJob())
    await page.locator('.log-row[data-line="5"]').waitFor()
    const before = await openStreams()
    // Chromium freezes hidden pages only, and none is hidden without a window: the page is told as it would be.
    await page.evaluate(() => document.dispatchEvent(new Event('freeze')))
    await eventually(async () => (await openStreams()) === before - 1, 'the stream is closed')
    await page.evaluate(() => document.dispatchEvent(new Event('resume')))
    await page.locator(`.log-row[data-line="${LINES}"]`).waitFor()
    expect(await page.evaluate(shownLines)).toEqual(numbers(1, LINES))
  })

  async function openStreams(): Promise<number> {
    const text = await (await app.get('/metrics')).text()
    const counts = text.matchAll(/^tailrace_stream_connections\{.*\} (\d+)$/gm)
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
  }
})

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** Runs in the page. */
const askServer = () => fetch('/api/session').then(answer => answer.status)

/** Runs in the page: the numbers of the lines, from top to bottom. */
const shownLines = () =>
  [...document.querySelectorAll<HTMLElement>('.log-row[data-line]')].map(row => Number(row.dataset.line))
