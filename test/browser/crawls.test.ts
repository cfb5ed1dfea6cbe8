import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, painted, signIn, startStage, stopAtEnd, type Visitor, visit } from './browser'
import { type CrawlSite, startCrawlSite } from './crawl-site'

const DESKTOP = { width: 1_280, height: 800 }
const PHONE = { width: 390, height: 844 }

describeInBrowser('crawls', () => {
  let app: TestApp
  let browser: Browser
  let visitor: Visitor
  let page: Page
  let site: CrawlSite
  /** The address of the first crawl. */
  let first = ''
  /** That of the same site again. */
  let second = ''

  beforeAll(async () => {
    const stage = await startStage()
    ;({ app, browser } = stage)
    site = await startCrawlSite()
    stopAtEnd(() => site.close())
    visitor = await visit(browser, app.url, { acceptDownloads: true })
    page = visitor.page
    await signIn(visitor, app, '/crawls')
  })
  afterEach(() => expect(visitor.errors).toEqual([]))

  const region = (name: string) => page.getByRole('region', { name, exact: true })
  const row = (text: string, on = page) => on.locator('.crawl-row').filter({ hasText: text })
  const host = () => new URL(site.url).host
  const openTab = (name: RegExp) =>
    page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name }).click()

  it('are tried out, started, watched live in two places, and end with a reason', async () => {
    await page.getByText('Nothing was crawled yet').waitFor()
    await page.locator('.page-head').getByRole('link', { name: 'New crawl' }).click()
    await page.getByLabel('Start addresses, one per line').fill(site.url)
    await page.getByLabel('Between two requests to a host, in ms').fill('0')
    await page.getByText('Values from the pages').click()
    await page.getByRole('button', { name: 'Another value' }).click()
    await page.getByLabel('Values, name 1').fill('price')
    await page.getByLabel('Values, CSS selector 1').fill('.price')
    await page.getByRole('button', { name: 'Try it' }).click()
    const tried = region('Try it')
    await tried.getByText('12 EUR').waitFor()
    const verdict = (path: string) => tried.locator('.verdict').filter({ hasText: path })
    await verdict('/docs/1').filter({ hasText: 'Followed' }).waitFor()
    await verdict('/private/plan').filter({ hasText: 'Not followed' }).getByText('robots.txt').waitFor()

    const list = await visitor.context.newPage()
    await list.goto(`${app.url}/crawls`)
    await list.getByText('Nothing was crawled yet').waitFor()
    site.hold()
    await page.getByRole('button', { name: 'Start crawl' }).click()
    await page.waitForURL(/\/crawls\/[0-9a-f-]{36}$/)
    first = new URL(page.url()).pathname
    await region('Progress').getByText('running', { exact: true }).waitFor()
    await page.locator('.crawl-page .chart canvas').waitFor()
    await row(host(), list).getByText('running', { exact: true }).waitFor()
    await row(host(), list).getByRole('progressbar').waitFor()
    site.release()
    await region('Progress').getByText('Everything in scope was visited').waitFor()
    await region('Progress').getByText(`${site.pages} fetched`).waitFor()
    await region('Findings').getByText('Broken links', { exact: true }).waitFor()
    await region('Status codes').getByRole('link', { name: '404' }).waitFor()
    await row(host(), list).getByText('all visited').waitFor()
    await row(host(), list).getByRole('link', { name: '2 broken links' }).waitFor()
    await list.close()
  })

  it('list their pages by outcome and reason, each with its text, values and links', async () => {
    await region('Skipped').getByRole('link', { name: 'forbidden by robots.txt' }).click()
    await page.waitForURL(/\?tab=pages&status=skipped&reason=/)
    await page.getByRole('link', { name: '/private/plan' }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    await page.getByLabel('Reason').selectOption('')
    await page.getByLabel('Outcome').selectOption('fetched')
    await page.getByRole('link', { name: site.url, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Start' })
    await dialog.getByText('12 EUR', { exact: true }).waitFor()
    await dialog.getByText(/^Linked from \d/).waitFor()
    await dialog.getByText('4 links').click()
    await dialog.getByText(site.elsewhere, { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('Document 7')
    await page.waitForURL(/q=Document\+7/)
    await page.getByRole('link', { name: '/docs/6' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: '/docs/7' }).waitFor()
  })

  it('show the log, the broken links with their pages, the hosts and the site as a tree', async () => {
    await openTab(/Live log/)
    await page.locator('.log-row:not(.log-probe)').filter({ hasText: '/docs/3' }).first().waitFor()

    await openTab(/Broken links/)
    const broken = page.locator('.broken-link')
    await broken.filter({ hasText: '/gone' }).getByRole('button').click()
    const referrers = broken.filter({ hasText: '/gone' }).locator('.broken-referrers')
    for (const path of ['', 'docs/8'])
      await referrers.getByRole('link', { name: site.url + path, exact: true }).waitFor()
    await broken.filter({ hasText: site.elsewhere }).getByText('other site').waitFor()
    expect(await broken.count()).toBe(2)

    await openTab(/Hosts/)
    await page.locator('tbody tr').filter({ hasText: host() }).getByText('read', { exact: true }).waitFor()

    await openTab(/Site tree/)
    const items = page.getByRole('treeitem')
    await items.filter({ hasText: host() }).focus()
    await page.keyboard.press('ArrowRight')
    await items.filter({ hasText: 'docs' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowLeft')
    await items.filter({ hasText: 'docs' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.waitForURL(/\?tab=pages&prefix=/)
  })

  it('say why any address was not fetched', async () => {
    await openTab(/Why not/)
    await page.getByLabel('Any address').fill(`${site.url}private/plan`)
    await page.keyboard.press('Enter')
    await region('Answer').getByText('It was skipped').waitFor()
    await region('Answer').getByText('robots.txt').first().waitFor()
    await page.getByLabel('Any address').fill(`${site.url}nobody/links/here`)
    await page.getByRole('button', { name: 'Why?' }).click()
    await region('Answer').getByText('The crawl does not know it').waitFor()
  })

  it('are downloaded', async () => {
    await page.getByText('Export', { exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'JSON lines' }).click(),
    ])
    const lines = (await text(await download.createReadStream())).trim().split('\n')
    const urls = lines.map(line => (JSON.parse(line) as { url: string }).url)
    expect(urls).toEqual(expect.arrayContaining([site.url, `${site.url}docs/8`]))
  })

  it('are run again, paused and resumed with a reason, get other limits, and are compared with the one before', async () => {
    site.texts.set('/docs/2', (site.texts.get('/docs/2') ?? '').replaceAll('Document 2', 'Second document'))
    site.hold()
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.waitForURL(url => /^\/crawls\/[0-9a-f-]{36}$/.test(url.pathname) && url.pathname !== first)
    second = new URL(page.url()).pathname
    const progress = region('Progress')
    await progress.getByText('running', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await confirm(page, 'moving house')
    await progress.getByText('moving house').waitFor()
    await progress.getByText('paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Change limits' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Pages, at most').fill('500')
    await dialog.getByRole('button', { name: 'Change limits' }).click()
    await progress.getByText('500 pages').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    site.release()
    await progress.getByText('Everything in scope was visited').waitFor()
    await openTab(/Compare/)
    await region('Changed').getByRole('link', { name: '/docs/2' }).waitFor()
    await page.getByRole('button', { name: 'Changed 1' }).waitFor()
    await openTab(/Broken links/)
    await page.getByLabel('new since the crawl before').check()
    await page.getByText('No new broken links').waitFor()
  })

  it('are cancelled with a reason, and deleted', async () => {
    site.hold()
    await page.goto(`${app.url}${first}`)
    await page.getByRole('link', { name: 'Edit and run' }).click()
    expect(await page.getByLabel('Start addresses, one per line').inputValue()).toBe(site.url)
    expect(await page.getByLabel('Values, CSS selector 1').inputValue()).toBe('.price')
    await page.getByRole('button', { name: 'Start crawl' }).click()
    await page.waitForURL(/\/crawls\/[0-9a-f-]{36}$/)
    await region('Progress').getByText('running', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await confirm(page, 'not needed')
    await region('Progress')
      .getByText(/^Cancelled by .*: not needed$/)
      .waitFor()
    site.release()
    await page.getByRole('button', { name: 'Delete' }).click()
    await confirm(page, 'not needed')
    await page.waitForURL(/\/crawls$/)
    await row('all visited').first().waitFor()
    expect(await row(host()).count()).toBe(2)
  })

  it('are scheduled for every night, with faults at their fields', async () => {
    await page.keyboard.press('c')
    await page.getByLabel('Start addresses, one per line').fill('ftp://example.org')
    await page.getByRole('button', { name: 'Every night only' }).click()
    await region('Next runs').waitFor()
    await page.getByRole('button', { name: 'Schedule crawl' }).click()
    await page.locator('#fault-seeds').filter({ hasText: /./ }).waitFor()
    await page.getByLabel('Start addresses, one per line').fill(site.url)
    await page.getByRole('button', { name: 'Schedule crawl' }).click()
    await page.waitForURL(/\/schedules$/)
    await page.getByText(`Crawl of ${host()}`).waitFor()
  })

  it('are found by status and text, both in the address', async () => {
    await page.goto(`${app.url}/crawls`)
    await row(host()).first().waitFor()
    await page.getByRole('combobox', { name: 'Status' }).selectOption('running')
    await page.waitForURL(/\?status=running$/)
    await page.getByText('No crawls match').waitFor()
    await page.getByRole('link', { name: 'Show all crawls' }).click()
    await page.keyboard.press('/')
    await page.keyboard.type('nowhere')
    await page.waitForURL(/\?q=nowhere$/)
    await page.getByText('No crawls match').waitFor()
  })

  it('have a test for any robots.txt', async () => {
    await page.goto(`${app.url}/crawls/robots`)
    await page.getByLabel('Any address of the site').fill(site.url)
    await page.getByLabel('Addresses or paths to test, one per line').fill('/private/plan\n/docs/1')
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    const verdict = (path: string) => page.locator('tbody tr').filter({ hasText: path })
    await verdict('/private/plan').getByText('forbidden').waitFor()
    await verdict('/docs/1').getByText('allowed').waitFor()
    await page.getByRole('button', { name: 'Pasted text' }).click()
    await page.getByLabel('robots.txt', { exact: true }).fill('User-agent: *\nDisallow: /docs')
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await verdict('/docs/1').getByText('forbidden').waitFor()
  })

  it('fit a phone', async () => {
    await page.setViewportSize(PHONE)
    const tabs = ['', '?tab=pages', '?tab=broken', '?tab=hosts', '?tab=tree']
    const comparison = `${second}?tab=compare`
    for (const path of ['/crawls', '/crawls/new', ...tabs.map(tab => first + tab), comparison]) {
      await page.goto(app.url + path)
      const shown = path === comparison ? '.compare-section' : '.crawl-row, .crawl-form, .crawl-summary'
      await page.locator(shown).first().waitFor()
      await painted(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    }
    await page.setViewportSize(DESKTOP)
  })
})
