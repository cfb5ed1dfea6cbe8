import type { Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { closeSites, httpSite } from '../support/sites'
import { describeInBrowser, openAnother, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('a job page', () => {
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    const { browser, ...stage } = await startStage()
    app = stage.app
    visitor = await visit(browser, app.url)
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await signIn(visitor, app)
  })
  beforeEach(async () => {
    page = await openAnother(visitor)
  })
  afterEach(async () => {
    await closeSites()
    expect(visitor.errors.splice(0)).toEqual([])
    expect(visitor.foreign.splice(0)).toEqual([])
  })

  async function create(kind: string, input: object): Promise<string> {
    const response = await app.post('/api/jobs', { kind, input })
    return ((await response.json()) as { job: { id: string } }).job.id
  }
  const demo = (...steps: Record<string, unknown>[]) =>
    create('demo', { steps: steps.map(step => ({ name: 'load', ...step })) })
  const open = (path: string) => page.goto(`${app.url}/jobs/${path}`)
  const hasEnded = () => page.locator('.summary :is(.is-completed, .is-failed, .is-cancelled)').waitFor()
  const openEnded = async (id: string) => {
    await open(id)
    await hasEnded()
  }
  const row = (line: number) => page.locator(`.log-row[data-line="${line}"]`)
  const tab = (name: string) => page.getByLabel('Sections').getByRole('link', { name })

  it('leads with its log, which fills the window, and has tabs in the URL', async () => {
    const id = await demo({ lines: 30 })
    await openEnded(id)
    await row(30).waitFor()
    const bottom = await page.locator('.log').evaluate(log => innerHeight - log.getBoundingClientRect().bottom)
    expect(bottom).toBeGreaterThanOrEqual(0)
    expect(bottom).toBeLessThan(24)
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0)

    await tab('Timeline').click()
    await page.waitForURL(`**/jobs/${id}?tab=timeline`)
    await page.getByLabel('Timeline').getByRole('link', { name: 'load' }).waitFor()
    await page.reload()
    await page.getByLabel('Timeline').getByRole('link', { name: 'load' }).click()
    await page.waitForURL(`**/jobs/${id}?step=load`)
    await row(30).waitFor()
    await page.goBack()
    await page.getByLabel('Timeline').waitFor()
    expect(await tab('Children').count()).toBe(0)
    expect(await tab('Attempts').count()).toBe(0)
  })

  it('keeps the filter of its log while another tab is open', async () => {
    const id = await demo({ name: 'one', lines: 3 }, { name: 'two', lines: 3 })
    await openEnded(id)
    await page.getByLabel('Step', { exact: true }).selectOption('two')
    await page.waitForURL('**?step=two')
    await tab('Timeline').click()
    await tab('Log').click()
    await page.waitForURL(`**/jobs/${id}?step=two`)
    await row(6).waitFor()
    expect(await row(1).count()).toBe(0)
  })

  it('shows its input and result as JSON to copy', async () => {
    const id = await demo({ lines: 3 })
    await openEnded(id)
    await tab('Input and result').click()
    await page.getByRole('button', { name: 'Copy: Input' }).click()
    await page.getByText('Copied').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toContain('\n  "steps": [')
    expect(JSON.parse(copied).steps[0].lines).toBe(3)
    expect(await page.getByLabel('Result', { exact: true }).locator('pre').textContent()).toContain('\n')
  })

  it('lists attempts once there are several, each with its lines', async () => {
    const id = await demo({ lines: 4, fail_rate: 1 })
    await openEnded(id)
    await app.post(`/api/jobs/${id}/retry`, { reason: 'once more' })
    await tab('Attempts').click()
    await page.getByLabel('Attempts').getByRole('link').first().click()
    await page.waitForURL(`**/jobs/${id}?attempt=1`)
    await row(1).waitFor()
  })

  it('shows the outcome of a health check above the log, and all of it with the result', async () => {
    const site = await httpSite((_request, answer) => void answer.end('fine'))
    await openEnded(await create('health-check', { url: site.url('/') }))
    const strip = page.getByLabel('Check result')
    await strip.getByText('200').waitFor()
    await strip.locator('.phase').nth(4).waitFor()
    expect(await strip.locator('.phase').count()).toBe(5)
    expect((await strip.boundingBox())?.height).toBeLessThan(60)
    await strip.getByRole('link', { name: 'Details' }).click()
    await page.locator('.waterfall .phase-bar').first().waitFor()
    await page.getByText('Body', { exact: true }).waitFor()
  })

  it.each(['xyz', '00000000-0000-7000-8000-000000000000'])('says that there is no job %s', async id => {
    await open(id)
    await page.getByText('No such job').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByRole('link', { name: 'All jobs' }).click()
    await page.waitForURL('**/jobs')
  })

  it('shows its descendants as a tree', async () => {
    const id = await demo({ lines: 2, children: 3, child_depth: 2 })
    await openEnded(id)
    await tab('Children 12').click()
    await page.waitForURL('**?tab=children')
    const nodes = page.locator('.tree-node')
    await nodes.nth(2).waitFor()
    expect(await nodes.count()).toBe(3)
    await nodes.first().getByText('3 child jobs').waitFor()
    await nodes.first().getByRole('button', { expanded: false }).click()
    await nodes.first().locator('.tree-node .status.is-completed').nth(2).waitFor()
    expect(await nodes.count()).toBe(6)
    expect(await nodes.first().locator('.tree-node .fold').count()).toBe(0)
    await page.getByRole('button', { name: '12 completed' }).click()
    await nodes.nth(11).waitFor()
    expect(await nodes.count()).toBe(12)
  })

  it('tells bad results of its descendants apart from good ones', async () => {
    const id = await demo({ lines: 2, children: 3, child_depth: 1 })
    await openEnded(id)
    const [child] = await app.app.db('jobs').where({ parent_id: id }).select('id')
    await app.app.db('jobs').where({ id: child.id }).update({ outcome_level: 'bad', outcome_text: 'Down' })
    await page.goto(`${app.url}/jobs/${id}?tab=children`)
    await page.getByRole('button', { name: '2 completed' }).waitFor()
    await page.getByRole('button', { name: '1 with a bad result' }).click()
    await page.locator('.tree-node', { hasText: 'Down' }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.tree-node').length === 1)
    expect(await page.locator('.tally .is-bad').count()).toBe(1)
  })

  it('prints its content only, with the log as text', async () => {
    const id = await demo({ lines: 300 })
    await openEnded(id)
    await row(300).waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.evaluate(() =>
      addEventListener('beforeprint', () =>
        Object.assign(globalThis, { printed: document.querySelector('.log-printed')?.textContent }),
      ),
    )
    await page.pdf()
    const printed = (await page.evaluate('globalThis.printed')) as string
    for (const line of [1, 150, 300]) expect(printed).toContain(`line ${line} of 300`)
    expect(await page.locator('h1').isVisible()).toBe(true)
    for (const part of ['.sidebar', '.log-toolbar', '.views', '.log-body', 'button'])
      expect(await page.locator(`${part}:visible`).count()).toBe(0)
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light')
  })

  it('has the search of its log in the URL', async () => {
    const id = await demo({ lines: 40 })
    await openEnded(id)
    await row(40).waitFor()
    await page.getByLabel('Search lines').fill('line 7 of')
    await page.waitForURL('**?find=line+7+of')
    await page.keyboard.press('Enter')
    await page.waitForURL('**?find=line+7+of#L7')
    await page.reload()
    await row(7).locator('.match').waitFor()
    expect(await page.getByLabel('Search lines').inputValue()).toBe('line 7 of')
    await page.getByLabel('Search lines').fill('')
    await page.waitForURL(`**/jobs/${id}#L7`)
  })

  it('says that a linked line does not exist, and shows the end of the log', async () => {
    const id = await demo({ lines: 300 })
    await openEnded(`${id}#L5000`)
    await page.getByText(/^Line 5,000 does not exist; this log has 30\d lines\.$/).waitFor()
    await page.getByRole('button', { name: 'Following' }).waitFor()
    await row(300).waitFor()
    await page.keyboard.press(':')
    await page.getByLabel('Line or time').fill('6000')
    await page.keyboard.press('Enter')
    await page.getByText(/^Line 6,000 does not exist/).waitFor()
  })

  it('copies a link to the selected lines', async () => {
    const id = await demo({ lines: 20 })
    await openEnded(id)
    await row(5).locator('.log-number').click()
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${app.url}/jobs/${id}#L5`)
  })

  it('wraps long lines on a phone until told otherwise', async () => {
    const id = await demo({ lines: 5, line_bytes: 300 })
    await openEnded(id)
    await row(5).waitFor()
    expect(await page.locator('.log-rows.is-wrapped').count()).toBe(0)
    await page.setViewportSize({ width: 390, height: 800 })
    await page.locator('.log-rows.is-wrapped').waitFor()
    await page.getByRole('button', { name: 'Wrap' }).click()
    await page.reload()
    await row(5).waitFor()
    expect(await page.locator('.log-rows.is-wrapped').count()).toBe(0)
  })

  it('covers the window with its log, by button and by key, until Escape', async () => {
    await openEnded(await demo({ lines: 50 }))
    await row(50).waitFor()
    const log = page.locator('.log')
    const before = await log.boundingBox()
    for (const enter of [() => page.getByLabel('Full screen').click(), () => page.keyboard.press('F')]) {
      await enter()
      await page.locator('.log.is-full').waitFor()
      expect(await log.boundingBox()).toEqual({ x: 0, y: 0, width: 1_280, height: 800 })
      expect(await page.getByRole('link', { name: 'Timeline' }).isVisible()).toBe(false)
      await page.keyboard.press('Escape')
      await page.locator('.log:not(.is-full)').waitFor()
      expect(await log.boundingBox()).toEqual(before)
    }
  })

  it.each([
    ['a running job', () => demo({ lines: 300, interval_ms: 10, workers: 3 }, { name: 'next', lines: 20 })],
    ['a job with children', () => demo({ lines: 300, children: 5, child_depth: 1 })],
    ['a failing job', () => demo({ lines: 200, interval_ms: 10, fail_rate: 1 })],
    ['a health check', async () => create('health-check', { url: (await slowSite()).url('/') })],
  ])('does not shift while %s appears and ends', async (_, start) => {
    await page.addInitScript(recordShifts)
    await open(await start())
    await hasEnded()
    await page.locator('.log-row').first().waitFor()
    expect(await page.evaluate(shifts)).toBeLessThan(0.1)
  })

  /** Answers after the page has been opened. */
  const slowSite = () =>
    httpSite(
      (_request, answer) =>
        void page
          .locator('.summary .is-running')
          .waitFor()
          .then(() => answer.end('fine')),
    )
})

interface LayoutShift extends PerformanceEntry {
  value: number
  hadRecentInput: boolean
}

/** Runs in the page: starts adding up its layout shifts. */
function recordShifts() {
  const total = { shifts: 0 }
  Object.assign(globalThis, { total })
  new PerformanceObserver(list => {
    for (const entry of list.getEntries() as LayoutShift[]) if (!entry.hadRecentInput) total.shifts += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
}

const shifts = () => (globalThis as unknown as { total: { shifts: number } }).total.shifts
