import type { Browser, Page } from 'playwright-core'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { describeInBrowser, signIn, startBrowser, type Visitor, visit } from './browser'

/** Presses `g`, then the key of a page. */
async function go(page: Page, key: string) {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}

describeInBrowser('the code of a page', () => {
  let browser: Browser
  let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;[browser, apps] = await Promise.all([startBrowser(), appsOnFreshParts()])
    app = await apps.start({ TAILRACE_ROLE: 'web' })
  })
  beforeEach(async () => {
    visitor = await visit(browser, app.url)
    page = visitor.page
  })
  afterEach(async () => {
    await visitor.context.close()
    expect(visitor.errors).toEqual([])
    expect(visitor.foreign).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await apps?.stop()
  })

  /** Prevents preloading, so that only opened pages are loaded. */
  const neverIdle = () => page.addInitScript(() => Object.assign(globalThis, { requestIdleCallback: () => 0 }))

  it('is loaded when the page is opened, and preloaded by a header', async () => {
    await neverIdle()
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
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/chunks/settings-page-')),
    )
    const requested: string[] = []
    page.on('request', request => {
      if (request.url().includes('/chunks/')) requested.push(request.url())
    })
    await go(page, 'h')
    await page.getByText('No hosts yet').waitFor()
    expect(requested).toEqual([])
  })

  it('can be loaded by a reload after the server was updated', async () => {
    await neverIdle()
    await signIn(visitor, app, '/logs')
    await page.locator('.log').waitFor()
    await page.route('**/chunks/jobs-page-*', route => route.fulfill({ status: 404 }))
    await go(page, 'j')
    await page.getByText('This page could not be loaded').waitFor()
    await go(page, 's')
    await page.locator('.log').waitFor()
    // this attempt must fail before the code is made available
    await Promise.all([page.waitForResponse(/chunks\/jobs-page-/), go(page, 'j')])
    await page.unroute('**/chunks/jobs-page-*')
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByText('No jobs yet').waitFor()
  })
})
