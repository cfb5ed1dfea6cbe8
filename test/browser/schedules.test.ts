import type { Browser, Page } from 'playwright-core'
import type { Schedule } from '../../src/contract/schedules'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

const INPUT = [{ name: 'a', workers: 1, lines: 1, interval_ms: 0 }]

describeInBrowser('schedules', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/schedules')
  })
  afterAll(async () => {
    expect(visitor?.errors).toEqual([])
    expect(visitor?.foreign).toEqual([])
  })

  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  const dialog = () => page.getByRole('dialog')

  it("shows the program's own one, which has no buttons", async () => {
    await row('retention').getByText('system').waitFor()
    expect(await row('retention').getByRole('button').count()).toBe(0)
  })

  it('creates one with a preview that follows what is typed', async () => {
    await page.getByRole('button', { name: 'New schedule' }).click()
    await dialog().getByLabel('Name', { exact: true }).fill('each morning')
    await dialog().getByLabel('Kind').selectOption('demo')
    await dialog().getByLabel('Time zone').fill('Europe/Berlin')
    await dialog().getByLabel('Cron expression').fill('0 0 31 2 *')
    const field = dialog().getByLabel('Cron expression')
    await dialog().locator('#fault-cron', { hasText: 'never comes due' }).waitFor()
    expect(await field.getAttribute('aria-describedby')).toBe('fault-cron')
    expect(await dialog().getByRole('alert').filter({ hasText: /./ }).count()).toBe(1) // there, and nowhere else
    await field.fill('30 6 * * 1-5')
    const preview = dialog().getByRole('region', { name: 'Next runs' })
    await preview.getByText('At 06:30, Monday through Friday').waitFor()
    const times = await preview.getByRole('listitem').allTextContents()
    expect(times).toHaveLength(5)
    for (const title of await preview.locator('time').evaluateAll(all => all.map(each => each.getAttribute('title'))))
      expect(title).toMatch(/^\d{4}-\d\d-\d\d 0[45]:30:00 UTC$/)
    for (const time of times) expect(time).toMatch(/^(Mon|Tue|Wed|Thu|Fri) \d{4}-\d\d-\d\d 06:30:00 GMT\+[12]$/)
    await dialog().getByLabel('Steps').fill('[]')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().getByText('body.input.steps').waitFor()
    await dialog().getByLabel('Steps').fill(JSON.stringify(INPUT))
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().waitFor({ state: 'detached' })
    await row('each morning').getByText('At 06:30, Monday through Friday').waitFor()
    await row('each morning').getByText('Europe/Berlin').waitFor()
  })

  it('runs it now, pauses and resumes it', async () => {
    await row('each morning').getByRole('button', { name: 'Run now' }).click()
    await row('each morning').getByRole('link', { name: 'completed' }).click()
    await page.waitForURL(/\/jobs\//)
    await page.goBack()
    await row('each morning').getByRole('button', { name: 'Pause' }).click()
    await page.getByText('No jobs are created until').waitFor()
    await confirm(page, 'a holiday')
    await row('each morning').getByText('paused').waitFor()
    await row('each morning').getByRole('button', { name: 'Resume' }).click()
    await row('each morning')
      .getByText(/^in \d/)
      .waitFor()
  })

  it('runs it once by a double click, and by a click again after the answer was lost', async () => {
    const runs = async () => {
      const { items } = (await (await app.get('/api/audit?action=schedule.run')).json()) as { items: unknown[] }
      return items.length
    }
    const before = await runs()
    const keys: (string | undefined)[] = []
    page.on('request', request => {
      if (request.url().endsWith('/run')) keys.push(request.headers()['idempotency-key'])
    })
    const button = row('each morning').getByRole('button', { name: 'Run now' })
    const [answer] = await Promise.all([page.waitForResponse('**/run'), button.dblclick()])
    await answer.finished()
    expect([keys.length, await runs()]).toEqual([1, before + 1])

    // The server carries it out, and its answer does not arrive.
    await page.route('**/run', async route => {
      await route.fetch()
      await route.abort()
    })
    await button.click()
    await page.getByText('Tailrace cannot be reached. Check').waitFor()
    await page.unroute('**/run')
    const [again] = await Promise.all([page.waitForResponse('**/run'), button.click()])
    expect(again.headers()['idempotency-replayed']).toBe('true')
    expect(new Set(keys).size).toBe(2)
    expect(await runs()).toBe(before + 2)
  })

  it('changes it with what it holds filled in, and leaves the timing alone', async () => {
    const find = async () => {
      const { items } = (await (await app.get('/api/schedules?q=morning')).json()) as { items: Schedule[] }
      return items[0]
    }
    const before = await find()
    await row('each morning').getByRole('button', { name: 'Change' }).click()
    expect(await dialog().getByLabel('Cron expression').inputValue()).toBe('30 6 * * 1-5')
    expect(JSON.parse(await dialog().getByLabel('Steps').inputValue())).toMatchObject(INPUT)
    await dialog().getByLabel('While the last job has not ended').selectOption('queue')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().waitFor({ state: 'detached' })
    expect(await find()).toMatchObject({ ...before, overlap: 'queue', updated_at: expect.any(String) })
    await row('each morning').getByRole('button', { name: 'Change' }).click()
    await dialog().getByRole('button', { name: 'Interval' }).click()
    await dialog().getByLabel('Every').fill('2')
    await dialog().getByText('Every 2 hours').waitFor()
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().waitFor({ state: 'detached' })
    await row('each morning').getByText('Every 2 hours').waitFor()
    expect(await find()).toMatchObject({ every_seconds: 7_200, overlap: 'queue', catch_up: 'one' })
  })

  it('keeps choices of the input that it shows', async () => {
    const input = { url: app.url, method: 'HEAD', follow_redirects: false }
    await app.post('/api/schedules', {
      name: 'head',
      kind: 'health-check',
      input,
      every_seconds: 3_600,
      catch_up: 'none',
    })
    await page.reload()
    await row('^head').getByRole('button', { name: 'Change' }).click()
    expect(await dialog().getByLabel('Method').inputValue()).toBe('HEAD')
    await dialog().getByLabel('Name', { exact: true }).fill('head of the site')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().waitFor({ state: 'detached' })
    await row('head of the site').waitFor()
    const { items } = (await (await app.get('/api/schedules?q=head+of')).json()) as { items: Schedule[] }
    expect(items[0]).toMatchObject({ input, catch_up: 'none' })
  })

  it('fits a phone, in the dark, and works by keyboard', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: 'dark' })
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    expect(await wide()).toBe(false)
    await page.getByRole('button', { name: 'New schedule' }).focus()
    await page.keyboard.press('Enter')
    await dialog().waitFor()
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'schedule_name')
    expect(await wide()).toBe(false)
    const overflow = await dialog().evaluate(element => element.scrollWidth > element.clientWidth)
    expect(overflow).toBe(false)
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  it('deletes it for a reason', async () => {
    await row('each morning').getByRole('button', { name: 'Delete' }).click()
    await row('each morning').getByLabel('Reason').fill('not needed any more')
    await row('each morning').getByRole('button', { name: 'Delete each morning' }).click()
    await row('each morning').waitFor({ state: 'detached' })
  })
})
