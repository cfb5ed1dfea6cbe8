import type { Browser, Page } from 'playwright-core'
import type { StatusPage } from '../../src/contract/status-pages'
import { addMonitor, addWindow, DAY_MS, HOUR_MS } from '../monitors/status-pages/world'
import type { TestApp } from '../support/app'
import { violationsIn } from './axe'
import { confirm, describeInBrowser, signIn, startStage, visit } from './browser'

const PHONE = { width: 390, height: 844 }

describeInBrowser('status pages', () => {
  let browser: Browser
  let app: TestApp
  let shop: string

  beforeAll(async () => {
    ;({ browser, app } = await startStage({ TAILRACE_ROLE: 'web' }))
    const { db } = app.app
    const now = Date.now()
    shop = await addMonitor(db, {
      ...{ name: 'Shop', status: 'down' },
      changes: [
        [now - 80 * DAY_MS, 'up'],
        [now - 20 * DAY_MS, 'down'],
        [now - 20 * DAY_MS + 10 * 60_000, 'up'],
        [now - 3 * DAY_MS, 'down'],
        [now - 3 * DAY_MS + 5 * HOUR_MS, 'up'],
        [now - HOUR_MS, 'down'],
      ],
    })
    await addMonitor(db, { name: 'Blog', changes: [[now - 200 * DAY_MS, 'up']] })
    await addMonitor(db, { name: `Mail ${'x'.repeat(120)}`, labels: { team: 'mail' } })
    await addMonitor(db, { name: 'Waiting', status: 'pending' })
    await addWindow(db, 'Move', [{ name: 'team', op: '=', value: 'mail' }], [-HOUR_MS, HOUR_MS])
    await addWindow(db, 'Upgrade', [{ name: 'monitor', op: '=', value: 'Blog' }], [DAY_MS, DAY_MS + HOUR_MS])
  })

  const stored = async () => ((await (await app.get('/api/status-pages')).json()) as { items: StatusPage[] }).items
  const moveButton = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  it('are put together with the keyboard, published and deleted', async () => {
    const visitor = await visit(browser, app.url)
    const { page } = visitor
    await signIn(visitor, app, '/status-pages')
    await page.getByRole('button', { name: 'New status page' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Title').fill('Our Services')
    expect(await dialog.getByLabel('Address').inputValue()).toBe('our-services')
    await dialog.getByLabel('Description').fill('What we run\nfor you')
    await dialog.getByLabel('Search monitors').fill('shop')
    await dialog.getByRole('button', { name: 'Add Blog' }).waitFor({ state: 'detached' })
    await dialog.getByRole('button', { name: 'Add Shop' }).click()
    await dialog.getByText('All of them are on the page.').waitFor()
    await dialog.getByLabel('Search monitors').fill('')
    for (const name of ['Add Blog', /^Add Mail/, 'Add Waiting']) await dialog.getByRole('button', { name }).click()
    await dialog.getByRole('button', { name: 'Add heading' }).click()
    await dialog.getByRole('textbox', { name: 'Heading 1' }).fill('Web')
    await moveButton(page, 'Move Shop up').press('Enter')
    await moveButton(page, 'Move Blog up').press('Enter')
    // it stays in focus, so that it can be pressed again
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Move Blog up')
    await page.keyboard.press('Enter')
    await dialog.getByLabel('published').check()
    expect(await violationsIn(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    const [made] = await stored()
    expect(made).toMatchObject({ slug: 'our-services', published: true, groups: [{ title: 'Web' }] })
    const names = new Map(made?.monitors.map(({ id, name }) => [id, name.slice(0, 4)]))
    expect(made?.groups[0]?.monitor_ids.map(id => names.get(id))).toEqual(['Blog', 'Shop'])

    await page.getByRole('button', { name: 'Badges of Our Services' }).click()
    await dialog.getByRole('img').waitFor()
    await dialog.getByLabel('Monitor').selectOption('Shop')
    await dialog.getByLabel('Shows').selectOption('Uptime over 30 days')
    const path = `${app.url}/status/our-services`
    await dialog.getByText(`[![Shop](${path}/${shop}.svg?type=uptime&window=30d)](${path})`).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()

    await page.getByRole('button', { name: 'Unpublish Our Services' }).click()
    await page.getByText('not published').waitFor()
    expect(await stored()).toMatchObject([{ published: false }])
    await page.getByRole('button', { name: 'Publish Our Services' }).click()
    await page.getByRole('button', { name: 'Unpublish Our Services' }).waitFor()

    await app.post('/api/status-pages', { slug: 'gone', title: 'Soon gone' })
    await page.reload()
    await page.locator('.receiver', { hasText: 'Soon gone' }).getByRole('button', { name: 'Delete' }).click()
    await confirm(page, 'not needed')
    await page.getByText('Soon gone', { exact: true }).waitFor({ state: 'detached' })
    expect(await stored()).toHaveLength(1)
    expect(visitor.errors).toEqual([])
    await visitor.context.close()
  })

  it('are complete without JavaScript, in a window and on a phone', async () => {
    for (const viewport of [{ width: 1_280, height: 800 }, PHONE]) {
      const { page, context, errors, foreign } = await visit(browser, app.url, { javaScriptEnabled: false, viewport })
      await page.goto(`${app.url}/status/our-services`)
      expect(await page.title()).toBe('Our Services')
      await page.getByText('Some systems are down.').waitFor()
      const headings = await page.getByRole('heading', { level: 2 }).allTextContents()
      expect(headings).toEqual([
        'Maintenance now',
        'Web',
        'Others',
        'Outages of the last 14 days',
        'Planned maintenance',
      ])
      expect(await page.locator('svg.bars').count()).toBe(4)
      const widest = await page.locator('html').evaluate(html => html.scrollWidth)
      expect(widest).toBeLessThanOrEqual(viewport.width)
      expect([errors, foreign]).toEqual([[], []])
      await context.close()
    }
  })

  it.each(['light', 'dark'] as const)('have no serious violations of accessibility when %s', async colorScheme => {
    const { page, context } = await visit(browser, app.url, { colorScheme })
    for (const path of ['our-services', 'nobody']) {
      await page.goto(`${app.url}/status/${path}`)
      expect([path, await violationsIn(page)]).toEqual([path, []])
    }
    await context.close()
  })
})
