import type { Browser, Page } from 'playwright-core'
import { startSite } from '../monitors/world'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, painted, signIn, startStage, stopAtEnd, type Visitor, visit } from './browser'

const DESKTOP = { width: 1_280, height: 800 }
const PHONE = { width: 390, height: 844 }

describeInBrowser('monitors', () => {
  let app: TestApp
  let browser: Browser
  let visitor: Visitor
  let page: Page
  let site: Awaited<ReturnType<typeof startSite>>

  beforeAll(async () => {
    const stage = await startStage()
    ;({ app, browser } = stage)
    site = await startSite()
    stopAtEnd(() => site.close().catch(() => undefined)) // one test may have closed it
    const routed = await fetch(`${app.url}/api/alert-routes`, {
      method: 'PUT',
      headers: { ...app.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ route: { group_by: ['alertname'], receiver: null, group_wait_seconds: 0 } }),
    })
    expect(routed.status).toBe(200)
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/monitors')
  })
  afterEach(() => expect(visitor.errors).toEqual([]))

  async function add(fields: Record<string, unknown>): Promise<string> {
    const reply = await app.post('/api/monitors', { type: 'http', target: site.url, interval_seconds: 1, ...fields })
    const { monitor } = (await reply.json()) as { monitor: { id: string } }
    expect(reply.status).toBe(201)
    return monitor.id
  }
  const row = (name: string, on = page) => on.locator('.monitor-row').filter({ hasText: name })

  it('are added with a suggested name, seen to go down with their server on two screens, and to recover', async () => {
    await page.getByText('Nothing is monitored yet').waitFor()
    await page.locator('.page-head').getByRole('link', { name: 'Add monitor' }).click()
    await page.getByLabel('Address', { exact: true }).fill(site.url)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('127.0.0.1')
    await page.getByLabel('Name', { exact: true }).fill('Shop')
    await page.getByLabel('Interval, in seconds').fill('1')
    await page.getByRole('button', { name: 'Try it' }).click()
    const tried = page.getByRole('region', { name: 'Try it' })
    await tried.getByText('up', { exact: true }).waitFor()
    expect(await tried.locator('.check-lines li').count()).toBeGreaterThan(0)
    await tried.getByText('200', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Another label' }).click()
    await page.getByLabel('Labels, name 1').fill('team')
    await page.getByLabel('Labels, value 1').fill('web')
    await page.getByRole('button', { name: 'Add monitor' }).click()
    await page.waitForURL(/\/monitors\/[0-9a-f-]{36}$/)
    const summary = page.locator('.summary')
    await summary.getByText('up', { exact: true }).waitFor()
    await page.locator('.monitor-check').filter({ hasText: '200' }).first().waitFor()

    const list = await visitor.context.newPage()
    await list.goto(`${app.url}/monitors`)
    await row('Shop', list).getByText('up', { exact: true }).waitFor()

    await site.close()
    await summary.getByText('down', { exact: true }).waitFor()
    await row('Shop', list).getByText('down', { exact: true }).waitFor()
    await list.locator('.entry', { hasText: 'Monitors' }).locator('.entry-count').getByText('1').waitFor()
    const outages = page.getByRole('region', { name: 'Outages' })
    await outages.getByText('so far').waitFor()
    await page.getByRole('region', { name: 'Alerts' }).getByRole('link', { name: 'open incident' }).waitFor()
    await page.locator('.monitor-check').first().locator('button').click()
    await page.locator('.check-result .failure').waitFor()

    await site.open()
    await summary.getByText('up', { exact: true }).waitFor()
    await row('Shop', list).getByText('up', { exact: true }).waitFor()
    await outages.getByText('so far').waitFor({ state: 'detached' })
    await page.locator('.uptime-bars .is-history-down').waitFor()
    await page.getByRole('region', { name: 'Alerts' }).getByText('None now.').waitFor()
    await list.close()
  })

  it('are checked at once as a job with lines, paused with a reason, and resumed', async () => {
    await page.keyboard.press('c')
    const now = page.getByRole('region', { name: 'Check now' })
    await now.locator('.check-lines li').first().waitFor()
    await now.locator('.outcome').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await confirm(page, 'moving house')
    await page.locator('.summary').getByText('paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.locator('.summary').getByText('up', { exact: true }).waitFor()
  })

  it('have their period in the address, and uptime and latency for it', async () => {
    await page.getByRole('button', { name: '7d', exact: true }).click()
    await page.waitForURL(/\?window=7d$/)
    await page.getByText('of the known time in 7 days').waitFor()
    // days in UTC, so that the first and the last are parts of one
    expect(await page.locator('.uptime-bars li').count()).toBe(8)
    await page.getByLabel('failures only').check()
    await page.waitForURL(/failures=1/)
    await page.locator('.monitor-check').filter({ hasText: 'down' }).first().waitFor()
    expect(await page.locator('.monitor-check').filter({ hasText: '✓' }).count()).toBe(0)
  })

  it('get rules of their own', async () => {
    const alerts = page.getByRole('region', { name: 'Alerts' })
    await alerts.getByRole('button', { name: 'New rule' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(/^Name/).fill('Often down')
    await dialog
      .locator('.rule-preview')
      .getByText(/7 days|last/)
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await alerts.getByText('Often down: 3 checks in a row fail').waitFor()
  })

  it('are edited: secrets are replaced or kept, never shown, and what is refused stands at its field', async () => {
    const id = await add({
      ...{ name: 'API', settings: { headers: { 'X-Api-Key': 'one', Accept: 'a/b' }, bearer: 'two' } },
      interval_seconds: 3_600,
    })
    await page.goto(`${app.url}/monitors/${id}/edit`)
    expect(await page.getByLabel('Headers, value 1').inputValue()).toBe('a/b')
    expect(await page.getByLabel('Headers, header 2').inputValue()).toBe('X-Api-Key')
    expect(await page.getByLabel('Headers, value 2').inputValue()).toBe('')
    await page.getByRole('button', { name: 'Remove Bearer token' }).click()
    await page.getByLabel('The body contains').fill('fine')
    await page.getByLabel('Address', { exact: true }).fill('nonsense')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Correct the fields that are marked.').waitFor()
    await page.locator('.field', { hasText: 'Address' }).getByRole('alert').getByText(/./).waitFor()
    await page.locator('[name="target"]').fill(site.url)
    await page.getByLabel('Status codes').fill('200-204')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL(`**/monitors/${id}`)
    const read = (await (await app.get(`/api/monitors/${id}`)).json()) as Record<string, unknown>
    expect(read).toMatchObject({
      has_secrets: ['headers.X-Api-Key'],
      settings: { headers: { Accept: 'a/b' }, keyword: 'fine', expect_status: ['200-204'] },
    })
  })

  it('that wait for heartbeats show their address once, and follow them', async () => {
    await page.goto(`${app.url}/monitors/new`)
    await page.getByRole('button', { name: 'Push' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Backup')
    await page.getByLabel('Interval, in seconds').fill('3600')
    await page.getByRole('button', { name: 'Add monitor' }).click()
    const address = (await page.locator('.push-address pre').first().textContent()) ?? ''
    expect(address).toMatch(/\/push\//)
    await page.getByRole('link', { name: 'View the monitor' }).click()
    await page.locator('.summary').getByText('pending', { exact: true }).waitFor()
    const beat = await fetch(app.url + new URL(address).pathname, { method: 'POST' })
    expect([beat.status, await beat.json()]).toEqual([200, { ok: true, status: 'up' }])
    await page.locator('.summary').getByText('up', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'New address' }).click()
    await confirm(page, 'it was leaked')
    await page.locator('.push-address pre').first().waitFor()
    expect(await page.locator('.push-address pre').first().textContent()).not.toBe(address)
  })

  it('are found by status, label and text, all in the address', async () => {
    await add({ name: 'Paused one', enabled: false, labels: { team: 'db' } })
    await page.goto(`${app.url}/monitors`)
    await page
      .locator('.filters')
      .getByRole('button', { name: /paused/ })
      .click()
    await page.waitForURL(/\?status=paused$/)
    await row('Paused one').waitFor()
    expect(await page.locator('.monitor-row').count()).toBe(1)
    await page.locator('.filters').getByRole('button', { name: /^all/ }).click()
    await row('Shop').getByRole('button', { name: 'team=web' }).click()
    await page.waitForURL(/\?label=team%3Dweb$/)
    await row('Paused one').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Remove team=web' }).click()
    await page.keyboard.press('/')
    await page.keyboard.type('db')
    await page.waitForURL(/\?q=db$/)
    await row('Shop').waitFor({ state: 'detached' })
    await row('Paused one').waitFor()
  })

  it('are selected by key, and edited, silenced and deleted at once', async () => {
    await page.goto(`${app.url}/monitors`)
    await row('Shop').waitFor()
    for (const name of ['API', 'Paused one']) await row(name).locator('.pick').check()
    const bar = page.locator('.bulk')
    await bar.getByText('2 monitors selected').waitFor()
    await bar.getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Interval, in seconds').fill('1800')
    await dialog.getByLabel('Add labels, name 1').fill('tier')
    await dialog.getByLabel('Add labels, value 1').fill('gold')
    await dialog.getByRole('button', { name: 'Edit 2 monitors' }).click()
    await row('API').getByRole('button', { name: 'tier=gold' }).waitFor()

    for (const name of ['API', 'Paused one']) await row(name).locator('.pick').check()
    await bar.getByRole('button', { name: 'Silence' }).click()
    await page.waitForURL(/\/silences/)
    expect(await dialog.getByLabel('Value').first().inputValue()).toMatch(/^[0-9a-f-]{36}\|[0-9a-f-]{36}$/)
    await page.goBack()

    await page.goto(`${app.url}/monitors?label=tier%3Dgold`)
    await bar.getByText('2 monitors match').waitFor()
    await bar.getByRole('button', { name: 'Delete all' }).click()
    await confirm(page, 'not needed')
    await page.getByText('No monitors match').waitFor()
  })

  it('are on the overview', async () => {
    await page.goto(`${app.url}/`)
    const slowest = page.getByRole('region', { name: 'Slowest' })
    await slowest.getByRole('link', { name: 'Shop' }).waitFor()
    await site.close()
    await page.getByRole('region', { name: 'Down now' }).getByRole('link', { name: 'Shop' }).waitFor()
    await site.open()
    await page.getByRole('region', { name: 'Down now' }).getByText('Nothing is down').waitFor()
  })

  it('fit a phone', async () => {
    await page.setViewportSize(PHONE)
    for (const path of ['/monitors', '/monitors/new']) {
      await page.goto(app.url + path)
      await page.locator('.monitor-row, .monitor-form').first().waitFor()
      await painted(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    }
    await page.setViewportSize(DESKTOP)
  })
})
