import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('charts', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage({ TAILRACE_ROLE: 'web' }))
    visitor = await visit(browser, app.url)
    page = visitor.page
    const session = await visitor.context.newCDPSession(page)
    await session.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Kolkata' }) // half an hour off
    await signIn(visitor, app, '/queues?name=demo')
    await page.locator('.u-over').first().waitFor()
  })
  afterAll(async () => {
    expect(visitor.errors).toEqual([])
  })

  it('show the time under the pointer in local time, with UTC as a tooltip', async () => {
    const chart = page.locator('.chart').first()
    const plot = chart.locator('.u-over')
    await plot.hover()
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.u-over')?.title !== '')
    const utc = (await plot.getAttribute('title')) ?? ''
    expect(utc).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:00 UTC$/)
    const local = new Date(utc).toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata', timeStyle: 'short' })
    await chart.locator('figcaption').getByText(local, { exact: true }).waitFor()
  })

  it('have the time of an axis label as a tooltip in UTC', async () => {
    const axis = page.locator('.chart .u-axis').first()
    await axis.hover()
    await page.waitForFunction(() => document.querySelector<HTMLElement>('.chart .u-axis')?.title !== '')
    // Labels are at full minutes, a multiple of five apart; Kolkata is 5:30 ahead.
    expect(await axis.getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d[05]:00 UTC$/)
  })
})
