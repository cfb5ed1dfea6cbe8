import type { Browser, BrowserContext, Page } from 'playwright-core'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { proxyWithoutWebSockets } from '../support/proxy'
import { buildPages, describeInBrowser, signIn, startBrowser, type Visitor, visit } from './browser'
import { type RealTab, startRealTabs } from './real-tabs'

const TABS = 10
const LINES = 40

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
  const startJobs = (count = TABS) => Promise.all(Array.from({ length: count }, () => startJob(app)))

  async function signedIn(url = app.url): Promise<BrowserContext> {
    visitor = await visit(browser, url)
    await signIn(visitor, { ...app, url })
    return visitor.context
  }

  async function openJobs(context: BrowserContext, ids: string[], url = app.url): Promise<Page[]> {
    const pages = []
    for (const id of ids) {
      const page = await context.newPage()
      await page.setViewportSize({ width: 1280, height: 3_000 })
      await page.goto(`${url}/jobs/${id}`)
      pages.push(page)
    }
    return pages
  }

  /** All live while their jobs still run, every line once and in order, and the server still answers. */
  async function expectAllLive(pages: Page[]) {
    for (const page of pages) await page.locator('.live.is-live').waitFor()
    for (const page of pages) expect(await page.evaluate(askServer)).toBe(200)
    for (const page of pages) await page.locator(`.log-row[data-line="${LINES}"]`).waitFor()
    for (const page of pages) expect(await page.evaluate(shownLines)).toEqual(numbers(1, LINES))
  }

  it('are all live, and the server still answers', async () => {
    const pages = await openJobs(await signedIn(), await startJobs())
    await expectAllLive(pages)
  })

  it('are all live behind a proxy without WebSockets', async () => {
    const proxy = await proxyWithoutWebSockets(app.url)
    stops.push(proxy.stop)
    const pages = await openJobs(await signedIn(proxy.url), await startJobs(), proxy.url)
    await expectAllLive(pages)
    expect(proxy.refused()).toBeGreaterThan(0)
  })

  it('are all live where there are no Web Locks, also without WebSockets', async () => {
    const proxy = await proxyWithoutWebSockets(app.url)
    stops.push(proxy.stop)
    const context = await signedIn(proxy.url)
    await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
    const pages = await openJobs(context, await startJobs(), proxy.url)
    await expectAllLive(pages)
    for (const page of pages) expect(await page.locator('.live').textContent()).toBe('Live (poll)')
  })

  it('leave their places to others when they close', async () => {
    const context = await signedIn()
    await visitor.page.close()
    const [first, ...others] = await openJobs(context, await startJobs(4))
    for (const page of others) await page.locator('.live.is-live').waitFor()
    expect(await Promise.all(others.map(page => page.locator('.live').textContent()))).toEqual([
      'Live',
      'Live',
      'Live (websocket)',
    ])
    await first?.close()
    const [late] = await openJobs(context, await startJobs(1))
    await late?.getByText('Live', { exact: true }).waitFor()
    for (const page of others) await page.locator(`.log-row[data-line="${LINES}"]`).waitFor()
    for (const page of others) expect(await page.evaluate(shownLines)).toEqual(numbers(1, LINES))
  })

  it('go on where they were after the server was away', async () => {
    const own = await apps.start({ TAILRACE_ROLE: 'web' })
    const pages = await openJobs(await signedIn(own.url), await startJobs(), own.url)
    for (const page of pages) await page.locator('.live.is-live').waitFor()
    await own.stop()
    for (const page of pages) await page.locator('.live.is-waiting').waitFor()
    await apps.start({ TAILRACE_ROLE: 'web', PORT: new URL(own.url).port })
    await expectAllLive(pages)
  })

  it('are all live when the server lets fewer streams in', async () => {
    const own = await apps.start({ TAILRACE_ROLE: 'web', STREAM_MAX_PER_IP: '5' })
    const pages = await openJobs(await signedIn(own.url), await startJobs(), own.url)
    await expectAllLive(pages)
    const told = await Promise.all(pages.map(page => page.locator('.live').textContent()))
    expect(told).toContain('Live (poll)')
  })

  it('of other programs are all live with the client library alone', async () => {
    const context = await signedIn()
    const ids = await startJobs()
    const seen = []
    for (const id of ids) {
      const page = await context.newPage()
      await page.goto(`${app.url}/api/docs`)
      await page.addScriptTag({ url: '/client/tailrace.js', type: 'module' })
      seen.push(page.evaluate(readJob, id))
    }
    for (const lines of await Promise.all(seen)) expect(lines).toEqual(numbers(1, LINES))
  })
})

describeInBrowser('a tab that nobody looks at', () => {
  let tabs: Awaited<ReturnType<typeof startRealTabs>>
  let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp

  beforeAll(async () => {
    await buildPages()
    ;[tabs, apps] = await Promise.all([startRealTabs(), appsOnFreshParts()])
    app = await apps.start()
  })
  afterAll(async () => {
    await tabs?.stop()
    await apps?.stop()
  })

  const streams = async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text()
    return [...text.matchAll(/^tailrace_stream_connections\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0)
  }
  const last = `document.querySelector('.log-row[data-line="${LINES}"]')`

  async function openJob(): Promise<RealTab> {
    const tab = await tabs.open()
    await tab.goto(await app.app.access.createSignInLink(app.url))
    await tab.until("location.pathname === '/'")
    await tab.goto(`${app.url}/jobs/${await startJob(app)}`)
    await tab.until("document.querySelector('.live.is-live') && document.querySelector('.log-row')")
    return tab
  }

  it('lets go of its stream, and shows all lines when it is seen again', async () => {
    const tab = await openJob()
    const other = await tabs.open()
    await other.show()
    await tab.until('document.hidden')
    expect(await streams()).toBe(1)
    await tab.freeze()
    await eventually(async () => (await streams()) === 0, 'the frozen tab has no stream')
    await tab.show()
    await tab.until("document.querySelector('.live.is-live')")
    await tab.until(last)
    await tab.until("document.querySelector('.summary .is-completed')")
    await tab.read("document.querySelector('.log-rows').scrollTo(0, 0)")
    await tab.until('document.querySelector(\'.log-row[data-line="1"]\')')
    expect(await tab.read("document.querySelectorAll('.log-gap').length")).toBe(0)
    await other.close()
    await tab.close()
  })

  it('lets go of its stream when one leaves it, and goes on when one comes back', async () => {
    const tab = await openJob()
    await tab.show()
    await tab.read('globalThis.isTheSame = true')
    await tab.goto(`${app.url}/api/docs`)
    await tab.until("location.pathname === '/api/docs' && document.readyState === 'complete'")
    await eventually(async () => (await streams()) === 0, 'the page that was left has no stream')
    await tab.read('history.back()').catch(() => undefined)
    await tab.until("location.pathname.startsWith('/jobs/') && document.querySelector('.live.is-live')")
    expect(await tab.read('globalThis.isTheSame')).toBe(true)
    await tab.until(last)
  })
})

async function startJob(app: TestApp): Promise<string> {
  const steps = [{ name: 'load', workers: 1, lines: LINES, interval_ms: 250 }]
  const response = await app.post('/api/jobs', { kind: 'demo', input: { steps } })
  return ((await response.json()) as { job: { id: string } }).job.id
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** Runs in the page. */
const askServer = () => fetch('/api/session').then(answer => answer.status)

/** Runs in the page: the numbers of the lines, from top to bottom. */
const shownLines = () =>
  [...document.querySelectorAll<HTMLElement>('.log-row[data-line]')].map(row => Number(row.dataset.line))

/** Runs in a page with the client library: the numbers of a job's lines in the order in which they came. */
const readJob = (id: string) =>
  new Promise<number[]>((resolve, reject) => {
    const lines: number[] = []
    const { Tailrace } = globalThis as unknown as { Tailrace: typeof import('../../public/client') }
    Tailrace.streamJob(id, {
      limit: 'all',
      onLogs: fresh => lines.push(...fresh.map(each => each.line)),
      onState: state => {
        if (state === 'ended') resolve(lines)
      },
      onError: error => reject(new Error(error.message)),
    })
  })
