import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, type Stage, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('the shell', () => {
  let browser: Browser
  let apps: Stage['apps']
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, apps, browser } = await startStage())
  })
  beforeEach(async () => {
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/hosts')
    await page.getByText('No hosts yet').waitFor()
  })
  afterEach(async () => {
    await visitor.context.close()
    expect(visitor.foreign).toEqual([])
  })

  const entry = (title: string) => page.locator('.sidebar').getByRole('link', { name: title, exact: true })

  it('lists pages by area, marks the current one and counts what runs', async () => {
    expect(await page.locator('.sidebar h2').allTextContents()).toEqual([
      'Jobs',
      'Fleet',
      'Containers',
      'Monitors',
      'Alerts',
      'Admin',
    ])
    expect(await entry('Hosts').getAttribute('aria-current')).toBe('page')
    const input = { steps: [{ name: 'load', lines: 5_000, interval_ms: 50 }] }
    const made = (await (await app.post('/api/jobs', { kind: 'demo', input })).json()) as { job: { id: string } }
    await page.locator('.entry[href="/jobs"] .entry-count', { hasText: '1' }).waitFor()
    await page.goto(`${app.url}/jobs/${made.job.id}`)
    await page.locator('.entry[href="/jobs"][aria-current="page"]').waitFor()
    await app.post(`/api/jobs/${made.job.id}/cancel`, { reason: 'end of test' })
  })

  it('g and a letter open a page; the letter alone does not', async () => {
    await page.keyboard.press('q')
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    await page.waitForURL(`${app.url}/queues`)
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.waitForURL(`${app.url}/hosts`)
  })

  it('the command palette finds pages, jobs and actions by keyboard alone', async () => {
    const input = { steps: [{ name: 'needle', lines: 1 }] }
    const { job } = (await (await app.post('/api/jobs', { kind: 'demo', input })).json()) as { job: { id: string } }
    await page.keyboard.press('Control+k')
    const search = page.getByRole('combobox', { name: /Search pages/ })
    await search.fill('reten')
    await page.getByRole('option', { name: /Retention/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`${app.url}/admin/retention`)
    await search.waitFor({ state: 'detached' })

    await page.keyboard.press('Control+k')
    await search.fill('needle')
    await page.getByRole('option', { name: /needle/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`${app.url}/jobs/${job.id}`)
    await search.waitFor({ state: 'detached' })

    await page.keyboard.press('Control+k')
    await search.fill('run job')
    await page.getByRole('option', { name: 'Run job' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Run job' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Run job' }).waitFor({ state: 'detached' })
  })

  it('is a drawer on a phone, and folds to icons on a desktop', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await entry('Queues').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await entry('Queues').click()
    await page.waitForURL(`${app.url}/queues`)
    await entry('Queues').waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)

    await page.setViewportSize({ width: 1_400, height: 900 })
    await page.getByRole('button', { name: 'Collapse sidebar' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Expand sidebar' }).waitFor()
    expect(await page.locator('.sidebar').evaluate(element => element.clientWidth)).toBeLessThan(60)
  })

  it('says that the server is away, stops the clock, and reads again what failed when it is back', async () => {
    const own = await apps.start()
    const { port } = new URL(own.url)
    await visitor.context.close()
    visitor = await visit(browser, own.url)
    page = visitor.page
    await page.goto(`${own.url}/sign-in`)
    await page.getByLabel('Token').fill(own.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('All systems operational').waitFor()
    await own.stop()
    await page.locator('.banner').getByText('Tailrace cannot be reached.').waitFor()
    expect(await page.locator('.banner time').getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
    await page.locator('.sidebar').getByRole('link', { name: 'Hosts', exact: true }).click()
    await page.locator('.failure').waitFor()

    const back = await apps.start({ PORT: port })
    const retry = page.getByRole('button', { name: 'Retry now' })
    await retry.click({ timeout: 5_000 }).catch(() => undefined) // it may have noticed by itself
    await page.getByText('No hosts yet').waitFor()
    await eventually(async () => (await page.getByRole('alert').count()) === 0, 'the banner disappears')
    await back.stop()
  })
})
