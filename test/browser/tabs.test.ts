import type { Browser, BrowserContext, Page } from 'playwright-core'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { buildPages } from '../support/chromium'
import { eventually } from '../support/programs'
import { proxyWithoutWebSockets } from '../support/proxy'
import { append, numbered } from '../support/streams'
import { describeInBrowser, type Stage, signIn, startStage, type Visitor, visit } from './browser'
import { type RealTab, startRealTabs } from './real-tabs'

/** One more than the connections that browsers open to an origin over HTTP/1.1, for all tabs together. */
const TABS = 7
const MANY_TABS = 10
const LINES = 40
/** Streams that a page opens, one after another. */
const OPENED = 30
// Each tab may take as long as the only page of another test.
jest.setTimeout(MANY_TABS * 60_000)

describeInBrowser('tabs that are open at once over HTTP/1.1', () => {
  let browser: Browser
  let apps: Stage['apps']
  let app: TestApp
  let visitor: Visitor
  const stops: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    ;({ app, apps, browser } = await startStage())
  })
  afterEach(async () => {
    await visitor.context.close()
    for (const stop of stops.splice(0)) await stop()
  })

  const createJobs = (count = TABS) => Promise.all(Array.from({ length: count }, () => createJob(app)))

  async function signedIn(url = app.url): Promise<BrowserContext> {
    visitor = await visit(browser, url)
    await signIn(visitor, { ...app, url })
    return visitor.context
  }

  async function openJob(context: BrowserContext, id: string, url: string): Promise<Page> {
    const page = await context.newPage()
    await page.setViewportSize({ width: 1280, height: 3_000 })
    await page.goto(`${url}/jobs/${id}`)
    return page
  }

  const openJobs = (context: BrowserContext, ids: string[], url = app.url) =>
    Promise.all(ids.map(id => openJob(context, id, url)))

  async function expectLive(pages: Page[]) {
    for (const page of pages) await page.locator('.sidebar .live.is-live').waitFor()
    for (const page of pages) expect(await page.evaluate(askServer)).toBe(200)
  }

  /** Expects every line once and in order. */
  async function expectLines(pages: Page[], upTo = LINES) {
    for (const page of pages) await page.locator(`.log-row[data-line="${upTo}"]`).waitFor()
    for (const page of pages) expect(await page.evaluate(shownLines)).toEqual(numbers(1, upTo))
  }

  /** Expects that all are live, that the server still responds, and that new lines reach all. */
  async function expectAllLive(pages: Page[], ids: string[]) {
    await expectLive(pages)
    for (const id of ids) await writeLines(app, id)
    await expectLines(pages)
  }

  it('are all live, even ten of them, and the server still responds', async () => {
    const ids = await createJobs(MANY_TABS)
    const pages = await openJobs(await signedIn(), ids)
    await expectAllLive(pages, ids)
  })

  it('are all live behind a proxy without WebSockets', async () => {
    const proxy = await proxyWithoutWebSockets(app.url)
    stops.push(proxy.stop)
    const ids = await createJobs()
    const pages = await openJobs(await signedIn(proxy.url), ids, proxy.url)
    await expectAllLive(pages, ids)
    expect(proxy.refused()).toBeGreaterThan(0)
  })

  it('are all live without Web Locks and WebSockets', async () => {
    const proxy = await proxyWithoutWebSockets(app.url)
    stops.push(proxy.stop)
    const context = await signedIn(proxy.url)
    await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
    const ids = await createJobs()
    const pages = await openJobs(context, ids, proxy.url)
    await expectAllLive(pages, ids)
    for (const page of pages) await page.locator('.sidebar .live', { hasText: 'Live (poll)' }).waitFor()
  })

  /** Closes a page, and waits until the browser has freed its slot: it does so some time after the page is gone. */
  async function closeAndRelease(context: BrowserContext, page: Page | undefined, left: number) {
    const other = await context.newPage()
    await other.goto(`${app.url}/healthz`)
    await page?.close()
    await eventually(
      async () => (await other.evaluate(async () => (await navigator.locks.query()).held?.length)) === left,
      'its slot is free',
    )
    await other.close()
  }

  it('release their connection slots when they close', async () => {
    const context = await signedIn()
    await closeAndRelease(context, visitor.page, 0)
    const ids = await createJobs(4)
    const pages: Page[] = []
    // One after another, so that no page finds a slot taken that another one is about to release.
    for (const [at, label] of [/^Live$/, /^Live$/, /^Live$/, /^Live \((websocket|poll)\)$/].entries()) {
      const page = await openJob(context, ids[at] ?? '', app.url)
      await page.locator('.sidebar .live.is-live').getByText(label).waitFor()
      pages.push(page)
    }
    const [first, ...others] = pages
    await closeAndRelease(context, first, 2)
    const [late] = await openJobs(context, await createJobs(1))
    await late?.locator('.sidebar').getByText('Live', { exact: true }).waitFor()
    for (const id of ids) await writeLines(app, id)
    await expectLines(others)
  })

  it('get the connection slot of a stream that they closed a moment ago', async () => {
    const context = await signedIn()
    const pages = []
    for (const id of await createJobs(3)) {
      const page = await context.newPage()
      await page.goto(`${app.url}/healthz`)
      await page.addScriptTag({ url: '/client/tailrace.js', type: 'module' })
      await page.evaluate(recordJob, id)
      await page.waitForFunction(isInState, 'live')
      pages.push(page)
    }
    const transports = await pages.at(-1)?.evaluate(transportsOf, { topics: ['events'], count: OPENED })
    expect(transports).toEqual(Array(OPENED).fill('sse'))
  })

  it('resume after the server was down', async () => {
    const own = await apps.start({ TAILRACE_ROLE: 'web' })
    const ids = await createJobs()
    const pages = await openJobs(await signedIn(own.url), ids, own.url)
    await expectLive(pages)
    for (const id of ids) await writeLines(app, id, 1, 10)
    await expectLines(pages, 10)
    await own.stop()
    for (const page of pages) await page.locator('.sidebar .live.is-waiting').waitFor()
    for (const id of ids) await writeLines(app, id, 11, 20)
    await apps.start({ TAILRACE_ROLE: 'web', PORT: new URL(own.url).port })
    await expectLive(pages)
    await expectLines(pages, 20)
    for (const id of ids) await writeLines(app, id, 21, LINES)
    await expectLines(pages)
  })

  it('are all live when the server allows fewer streams', async () => {
    const own = await apps.start({ TAILRACE_ROLE: 'web', STREAM_MAX_PER_IP: '5' })
    const ids = await createJobs()
    const pages = await openJobs(await signedIn(own.url), ids, own.url)
    await expectAllLive(pages, ids)
    await Promise.any(pages.map(page => page.locator('.sidebar .live', { hasText: 'Live (poll)' }).waitFor()))
  })

  it('are all live when they only use the client library', async () => {
    const context = await signedIn()
    const ids = await createJobs()
    const seen = []
    for (const id of ids) {
      const page = await context.newPage()
      await page.goto(`${app.url}/healthz`)
      await page.addScriptTag({ url: '/client/tailrace.js', type: 'module' })
      await page.evaluate(recordJob, id)
      seen.push(page)
    }
    for (const page of seen) await page.waitForFunction(isInState, 'live')
    for (const id of ids) await writeLines(app, id)
    for (const id of ids) await endJob(app, id)
    for (const page of seen) await page.waitForFunction(isInState, 'ended')
    // The last line reports the end of the job.
    for (const page of seen) expect(await page.evaluate('globalThis.seen.lines')).toEqual(numbers(1, LINES + 1))
  })
})

describeInBrowser('a hidden tab', () => {
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

  async function openJob(id: string): Promise<RealTab> {
    await writeLines(app, id, 1, 10)
    const tab = await tabs.open()
    await tab.goto(await app.app.access.createSignInLink(app.url))
    await tab.until("location.pathname === '/set-password'")
    await tab.goto(`${app.url}/jobs/${id}`)
    await tab.until("document.querySelector('.live.is-live') && document.querySelector('.log-row')")
    return tab
  }

  it('closes its stream when it is frozen, and shows all lines when it is visible again', async () => {
    const id = await createJob(app)
    const tab = await openJob(id)
    const other = await tabs.open()
    await other.show()
    await tab.until('document.hidden')
    await eventually(async () => (await streams()) === 1, 'only the hidden tab has a stream')
    await tab.freeze()
    await eventually(async () => (await streams()) === 0, 'the frozen tab has no stream')
    await writeLines(app, id, 11, LINES)
    await tab.show()
    await tab.until("document.querySelector('.live.is-live')")
    await tab.until(last)
    await endJob(app, id)
    await tab.until("document.querySelector('.summary .is-cancelled')")
    await tab.read("document.querySelector('.log-rows').scrollTo(0, 0)")
    await tab.until('document.querySelector(\'.log-row[data-line="1"]\')')
    expect(await tab.read("document.querySelectorAll('.log-gap').length")).toBe(0)
    await other.close()
    await tab.close()
  })

  it('closes its stream when the user navigates away, and resumes when they come back', async () => {
    const id = await createJob(app)
    const tab = await openJob(id)
    await tab.show()
    await tab.read('globalThis.isTheSame = true')
    await tab.goto(`${app.url}/healthz`)
    await tab.until("location.pathname === '/healthz' && document.readyState === 'complete'")
    await eventually(async () => (await streams()) === 0, 'the page that was left has no stream')
    await writeLines(app, id, 11, LINES)
    await tab.read('history.back()').catch(() => undefined)
    await tab.until("location.pathname.startsWith('/jobs/') && document.querySelector('.live.is-live')")
    expect(await tab.read('globalThis.isTheSame')).toBe(true)
    await tab.until(last)
  })
})

/** Creates a job that is not run: the test writes its lines and ends it. */
async function createJob(app: TestApp): Promise<string> {
  const steps = [{ name: 'load', workers: 1, lines: LINES }]
  const response = await app.post('/api/jobs', { kind: 'demo', input: { steps }, delay_ms: 3_600_000 })
  return ((await response.json()) as { job: { id: string } }).job.id
}

const writeLines = (app: TestApp, id: string, from = 1, to = LINES) =>
  append(app, { tenantId: DEFAULT_TENANT_ID, name: `job:${id}` }, numbered(from, to - from + 1))

/** Ends a job, which adds a last line to its log. */
const endJob = (app: TestApp, id: string) => app.post(`/api/jobs/${id}/cancel`, { reason: 'enough' })

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** Runs in the page. */
const askServer = () => fetch('/api/session').then(answer => answer.status)

/** Runs in the page: the numbers of the lines, from top to bottom. */
const shownLines = () =>
  [...document.querySelectorAll<HTMLElement>('.log-row[data-line]')].map(row => Number(row.dataset.line))

/** Runs in a page that `recordJob` prepared. A string would need `eval`, which the page's CSP forbids. */
const isInState = (state: string) => (globalThis as unknown as { seen: { state: string } }).seen.state === state

/** Runs in a page that `recordJob` prepared: closes its stream, and then opens others that each end another one. */
async function transportsOf({ topics, count }: { topics: string[]; count: number }) {
  const { Tailrace, seen } = globalThis as unknown as {
    Tailrace: typeof import('../../public/client')
    seen: { handle: { close(): void } }
  }
  const transports: string[] = []
  seen.handle.close()
  for (let at = 0; at < count; at++) {
    const early = Tailrace.streamTopics(topics)
    for (let turns = 0; turns < at; turns++) await undefined
    early.close()
    await new Promise<void>(resolve => {
      const handle = Tailrace.streamTopics(topics, {
        onState(state, { transport }) {
          if (state !== 'live') return
          transports.push(transport)
          handle.close()
          resolve()
        },
      })
    })
  }
  return transports
}

/** Runs in a page with the client library: records the lines and state of a job in a global. */
function recordJob(id: string) {
  const seen = { lines: [] as number[], state: '', handle: undefined as unknown }
  const { Tailrace } = Object.assign(globalThis, { seen }) as unknown as {
    Tailrace: typeof import('../../public/client')
  }
  seen.handle = Tailrace.streamJob(id, {
    limit: 'all',
    onLogs: fresh => seen.lines.push(...fresh.map(each => each.line)),
    onState: state => {
      seen.state = state
    },
  })
}
