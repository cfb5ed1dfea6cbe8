import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, CDPSession, Page, Request } from 'playwright-core'
import { ROOT } from '../../src/base/root'
import { PAGES } from '../../src/contract/pages'
import type { TestApp } from '../support/app'
import { describeInBrowser, neverIdle, signIn, startStage, type Visitor, visit } from './browser'

const PUBLIC_DIR = join(ROOT, 'dist/public')
/** Everything transferred until a page is complete, headers and data included. */
const FIRST_BYTES_MAX = 125_000
/** What every page loads before its own code, compressed: it must not grow with the number of pages. */
const SHELL_BYTES_MAX = 48_000
/** Needed by the SQL editor only. */
const EDITOR = /\/chunks\/(code-mirror|osquery-tables)-/

/** Presses `g`, then the key of a page. */
async function go(page: Page, key: string) {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}

describeInBrowser('the code of a page', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage({ TAILRACE_ROLE: 'web' }))
  })
  beforeEach(async () => {
    visitor = await visit(browser, app.url, { preloads: true })
    page = visitor.page
  })
  afterEach(async () => {
    await visitor.context.close()
    expect(visitor.errors).toEqual([])
    expect(visitor.foreign).toEqual([])
  })

  it('is loaded when the page is opened, and preloaded by a header', async () => {
    await page.addInitScript(neverIdle)
    await signIn(visitor, app, '/logs')
    await page.locator('.log').waitFor()
    const [answer] = await Promise.all([
      page.waitForResponse(response => /\/chunks\/jobs-page-\w+\.js$/.test(response.url())),
      page.getByRole('link', { name: 'Jobs', exact: true }).click(),
    ])
    expect(answer.headers()['cache-control']).toMatch(/immutable/)
    await page.getByText('No jobs yet').waitFor()
    expect(await page.title()).toBe('Jobs · Tailrace')

    const loaded = page.waitForResponse(response => new URL(response.url()).pathname === '/jobs')
    const [document] = await Promise.all([loaded, page.reload()])
    expect(document.headers().link).toMatch(/chunks\/jobs-page-\w+\.js>; rel=modulepreload/)
  })

  it('is preloaded when the browser is idle', async () => {
    await signIn(visitor, app, '/logs')
    await page.waitForFunction(
      last => performance.getEntriesByType('resource').some(({ name }) => name.includes(`/chunks/${last}-page-`)),
      PAGES.at(-1)?.name,
    )
    const requested: string[] = []
    page.on('request', request => {
      if (request.url().includes('/chunks/')) requested.push(request.url())
    })
    await go(page, 'h')
    await page.getByText('No hosts yet').waitFor()
    expect(requested).toEqual([])
  })

  /**
   * Opens a page with an empty cache, and waits until all of its requests but the stream have finished.
   * @returns their bytes, and the order of requests and responses
   */
  async function openCold(path: string, ready: string) {
    await signIn(visitor, app, '/settings')
    const session = await visitor.context.newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.clearBrowserCache')
    const transfers = countTransfers(session)
    const order: { what: 'requested' | 'finished'; request: Request }[] = []
    page.on('request', request => {
      if (request.isNavigationRequest()) order.length = 0 // what the page before has requested
      order.push({ what: 'requested', request })
    })
    page.on('requestfinished', request => {
      // not one of the page before
      if (order.some(each => each.request === request)) order.push({ what: 'finished', request })
    })
    await page.goto(app.url + path)
    await page.getByText(ready).first().waitFor()
    await page.evaluate(async () => void (await document.fonts.ready))
    return { bytes: await transfers.whenQuiet(), order }
  }

  const testSize = async (path: string, ready: string) => {
    await page.addInitScript(neverIdle)
    const { bytes, order } = await openCold(path, ready)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(FIRST_BYTES_MAX)
    const files = order.filter(({ request }) => ['script', 'stylesheet'].includes(request.resourceType()))
    const firstFinished = files.findIndex(({ what }) => what === 'finished')
    const late = files.slice(firstFinished).filter(({ what }) => what === 'requested')
    expect(late.map(({ request }) => request.url())).toEqual([]) // no script has to wait for another to be requested
    for (const { request } of files) {
      const headers = (await request.response())?.headers() ?? {}
      expect([request.url(), headers['cache-control']]).toEqual([request.url(), expect.stringMatching(/immutable/)])
      if (Number(headers['content-length']) > 1_000) expect(headers['content-encoding']).toMatch(/br|gzip/)
    }
  }

  it.each([
    ['/', 'Checks'],
    ['/jobs', 'No jobs yet'],
    ['/queues', 'checks'],
    ['/hosts', 'No hosts yet'],
    ['/schedules', 'Schedules'],
  ])('is small for %s, and requested all at once', testSize)

  it('of the shell does not grow with the pages', async () => {
    const preloads = JSON.parse(await readFile(join(PUBLIC_DIR, 'preloads.json'), 'utf8')) as Record<string, string[]>
    const lists = Object.values(preloads)
    const shared = lists[0]?.filter(script => lists.every(list => list.includes(script))) ?? []
    const html = await readFile(join(PUBLIC_DIR, 'index.html'), 'utf8')
    const own = html.match(/\/app-\w+\.(js|css)/g) ?? []
    expect(own).toHaveLength(2)
    const sizes = await Promise.all([...own, ...shared].map(file => stat(join(PUBLIC_DIR, `${file}.br`))))
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(SHELL_BYTES_MAX)
  })

  it('of dialogs is loaded when one opens, or when the browser is idle', async () => {
    await page.addInitScript(neverIdle)
    await signIn(visitor, app, '/logs')
    await page.locator('.log').waitFor()
    await page.route('**/chunks/dialog-components-*', route => route.abort())
    await page.keyboard.press('?')
    await page.getByText('The dialog could not be loaded').waitFor()
    await page.unroute('**/chunks/dialog-components-*')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  })

  it('includes the editor only where one is shown', async () => {
    const requested: string[] = []
    page.on('request', request => requested.push(request.url()))
    await signIn(visitor, app, '/jobs')
    await page.waitForFunction(
      last => performance.getEntriesByType('resource').some(({ name }) => name.includes(`/chunks/${last}-page-`)),
      PAGES.at(-1)?.name,
    )
    expect(requested.filter(url => EDITOR.test(url))).toEqual([])
    await page.goto(`${app.url}/queries/new`)
    await page.locator('.cm-content').waitFor()
    expect(requested.filter(url => EDITOR.test(url))).toHaveLength(2)
  })

  it('can be loaded by a reload after the server was updated', async () => {
    await page.addInitScript(neverIdle)
    await signIn(visitor, app, '/logs')
    await page.locator('.log').waitFor()
    const reload = page.waitForRequest(request => request.isNavigationRequest())
    let isReloaded = false
    void reload.then(() => (isReloaded = true))
    // a page that is not reloaded must not get it, whenever it tries again
    await page.route('**/chunks/jobs-page-*', route => (isReloaded ? route.continue() : route.fulfill({ status: 404 })))
    await go(page, 'j')
    await page.getByText('This page could not be loaded').waitFor()
    await go(page, 's')
    await page.locator('.log').waitFor()
    await go(page, 'j')
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByText('No jobs yet').waitFor()
  })

  it('is small for a job, which needs a second font for code', async () => {
    const answer = await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work' }] } })
    const { job } = (await answer.json()) as { job: { id: string } }
    await testSize(`/jobs/${job.id}?tab=data`, 'Timeline')
    await page.waitForFunction(() => [...document.fonts].filter(({ status }) => status === 'loaded').length === 2)
  })
})

/** Counts what the next page transfers. */
function countTransfers(session: CDPSession) {
  const pending = new Map<string, string>()
  let bytes = 0
  let check = () => {}
  let document = ''
  session.on('Network.requestWillBeSent', ({ requestId, loaderId, type, request }) => {
    if (type === 'Document') document = loaderId
    if (loaderId === document) pending.set(requestId, request.url) // others are of the page before
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (pending.delete(requestId)) bytes += encodedDataLength
    check()
  })
  session.on('Network.loadingFailed', ({ requestId }) => {
    pending.delete(requestId)
    check()
  })
  return {
    /** Resolves with the bytes once nothing but streams is being transferred. */
    whenQuiet: () =>
      new Promise<number>(resolve => {
        check = () => {
          if ([...pending.values()].every(url => url.includes('/stream'))) resolve(bytes)
        }
        check()
      }),
  }
}
