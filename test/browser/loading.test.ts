import type { Browser, Page } from 'playwright-core'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { describeInBrowser, signIn, startBrowser, type Visitor, visit } from './browser'

/** `g`, then the key of a page. */
async function go(page: Page, key: string) {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}

describeInBrowser('the code of pages', () => {
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
    expect(visitor.complaints).toEqual([])
    expect(visitor.foreign).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await apps?.stop()
  })

  /** So that only what is opened is loaded. */
  const neverIdle = () => page.addInitScript(() => Object.assign(globalThis, { requestIdleCallback: () => 0 }))

  it('is loaded when the page is opened, with the scripts that the server tells of', async () => {
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

  it('comes by itself when there is nothing else to do', async () => {
    await signIn(visitor, app, '/logs')
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/chunks/settings-page-')),
    )
    const asked: string[] = []
    page.on('request', request => {
      if (request.url().includes('/chunks/')) asked.push(request.url())
    })
    await go(page, 'h')
    await page.getByText('No hosts yet').waitFor()
    expect(asked).toEqual([])
  })

  it('is asked for again by a reload when the server has another version by now', async () => {
    await neverIdle()
    await signIn(visitor, app, '/logs')
    await page.locator('.log').waitFor()
    await page.route('**/chunks/jobs-page-*', route => route.fulfill({ status: 404 }))
    await go(page, 'j')
    await page.getByText('This page could not be loaded').waitFor()
    await go(page, 's')
    await page.locator('.log').waitFor()
    // tried again, which must have failed before the code can be had
    await Promise.all([page.waitForResponse(/chunks\/jobs-page-/), go(page, 'j')])
    await page.unroute('**/chunks/jobs-page-*')
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByText('No jobs yet').waitFor()
  })
})
