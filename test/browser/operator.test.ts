import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, openAnother, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('job and log pages', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await signIn(visitor, app)
  })
  beforeEach(async () => {
    page = await openAnother(visitor)
  })
  afterEach(() => {
    expect(visitor.errors.splice(0)).toEqual([])
    expect(visitor.foreign.splice(0)).toEqual([])
  })

  async function start(...steps: Record<string, unknown>[]): Promise<string> {
    const response = await app.post('/api/jobs', {
      kind: 'demo',
      input: { steps: steps.map(step => ({ name: 'load', ...step })) },
    })
    const { job } = (await response.json()) as { job: { id: string } }
    return job.id
  }
  const openEnded = async (id: string) => {
    await page.goto(`${app.url}/jobs/${id}`)
    await page.locator('.summary :is(.is-completed, .is-failed)').waitFor()
  }
  const row = (line: number) => page.locator(`.log-row[data-line="${line}"]`)

  it('filters are in the URL and can be saved as a view', async () => {
    await start({ lines: 1 })
    await page.goto(`${app.url}/jobs`)
    await page.getByRole('button', { name: 'completed', exact: true }).click()
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('demo')
    await page.getByRole('combobox', { name: 'Created', exact: true }).selectOption('24h')
    await page.waitForURL('**/jobs?status=completed&kind=demo&since=24h')
    await page.locator('.job-row .is-completed').first().waitFor()
    await page.getByRole('button', { name: 'Save view' }).click()
    await page.getByLabel('View name').fill('Mine')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'All jobs' }).click()
    await page.waitForURL('**/jobs')
    await page.reload()
    await page.getByRole('link', { name: 'Mine', exact: true }).click()
    await page.waitForURL('**/jobs?status=completed&kind=demo&since=24h')
    const kind = page.getByRole('combobox', { name: 'Kind' })
    await eventually(async () => (await kind.inputValue()) === 'demo', 'the filter shows the kind')
  })

  it('expanded rows are in the URL and open again after a reload', async () => {
    const [first, second] = [await start({ lines: 3 }), await start({ lines: 3 })]
    await page.goto(`${app.url}/jobs`)
    for (const id of [first, second]) await page.locator(`[data-job="${id}"] .fold`).click()
    await page.waitForURL(url => url.searchParams.get('open') === `${first},${second}`)
    await page.reload()
    for (const id of [first, second]) await page.locator(`[data-job="${id}"] .log-row`).first().waitFor()
    await page.locator(`[data-job="${first}"] .fold`).click()
    await page.waitForURL(url => url.searchParams.get('open') === second)
    await eventually(async () => (await page.locator('.job-details').count()) === 1, 'one job is expanded')
  })

  it('jobs are listed oldest first on request, in the URL, and updated live', async () => {
    const root = await start({ lines: 1, children: 2, child_depth: 1 })
    await openEnded(root)
    const address = `${app.url}/jobs?parent_id=${root}`
    const shown = () => page.locator('.job-row').evaluateAll(rows => rows.map(row => (row as HTMLElement).dataset.job))
    await page.goto(address)
    await page.locator('.job-row').nth(1).waitFor()
    const newestFirst = await shown()
    await page.getByRole('button', { name: 'Created, newest first' }).click()
    await page.waitForURL(`${address}&sort=created`)
    await page.getByRole('button', { name: 'Created, oldest first' }).waitFor()
    const reversed = newestFirst.toReversed().join()
    await eventually(async () => (await shown()).join() === reversed, 'the order is turned')

    await page.goto(`${app.url}/jobs?sort=created`)
    const old = page.locator(`[data-job="${root}"]`)
    await old.waitFor()
    const late = await start({ lines: 2_000, interval_ms: 50 })
    await page.locator(`[data-job="${late}"] .is-running`).waitFor()
    await eventually(async () => (await shown()).at(-1) === late, 'the new job is the last one')
    await app.post(`/api/jobs/${late}/cancel`, { reason: 'test is over' })
    await page.locator(`[data-job="${late}"] .is-cancelled`).waitFor()
    await page.getByRole('button', { name: 'Created, oldest first' }).click()
    await page.waitForURL(`${app.url}/jobs`)
    await page.getByRole('button', { name: 'Created, newest first' }).waitFor()
    await page.locator(`[data-job="${late}"]`).waitFor()
    await eventually(async () => (await shown())[0] === late, 'the new job is the first one')
  })

  it('failures are grouped by error and retried together, with a reason', async () => {
    for (let turn = 0; turn < 3; turn++) await openEnded(await start({ lines: 2, fail_rate: 1 }))
    await page.goto(`${app.url}/errors`)
    const group = page.locator('.error-row', { hasText: 'failed as asked' })
    await group.locator('.error-count', { hasText: /^3$/ }).waitFor()
    await group.getByRole('link').first().click()
    await page.locator('.job-row').nth(2).waitFor()
    await page.getByRole('button', { name: 'Retry all' }).click()
    await page.getByLabel('Reason').fill('the cause is fixed')
    await page.getByRole('button', { name: 'Retry 3 jobs' }).click()
    await page.getByText('3 of 3 jobs done').waitFor()
    await page.getByRole('link', { name: 'View log' }).click()
    await page.locator('.summary .is-completed').waitFor()
    const { items } = (await (await app.get('/api/audit?action=job.retry_all')).json()) as {
      items: Array<{ reason: string }>
    }
    expect(items[0]?.reason).toBe('the cause is fixed')
  })

  it('the overview leads to what went wrong in the last hour, and why', async () => {
    const checked = await app.post('/api/jobs', { kind: 'health-check', input: { url: 'http://127.0.0.1:9/' } })
    await openEnded(((await checked.json()) as { job: { id: string } }).job.id)
    await openEnded(await start({ lines: 2, fail_rate: 1 }))
    await page.goto(app.url)
    const recent = page.getByRole('list', { name: 'Errors of the last hour' })
    await recent.locator('.error-row', { hasText: 'bad result' }).waitFor()
    await recent.locator('.error-row', { hasText: 'failed as asked' }).waitFor()
    await recent.getByRole('link', { name: 'The connection was refused' }).click()
    await page.waitForURL(url => url.searchParams.get('outcome') === 'bad')
    await page.locator('.job-row', { hasText: 'http://127.0.0.1:9/' }).waitFor()
    expect(await page.locator('.job-row').count()).toBe(1)
  })

  it('a bulk action cancels only the selected jobs', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => start({ lines: 5_000, interval_ms: 50 })))
    await page.goto(`${app.url}/jobs`)
    for (const id of ids) await page.locator(`[data-job="${id}"] .is-running`).waitFor()
    await page.locator(`[data-job="${ids[0]}"] .pick`).check()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator(`[data-job="${ids[1]}"] .pick`).check()
    await page.getByText('2 jobs selected').waitFor()
    await page.locator('.bulk').getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByLabel('Reason').fill('not needed')
    await page.getByRole('button', { name: 'Cancel 2 jobs' }).click()
    for (const id of ids.slice(0, 2)) await page.locator(`[data-job="${id}"] .is-cancelled`).waitFor()
    expect(await page.locator(`[data-job="${ids[2]}"] .is-running`).count()).toBe(1)
    await app.post(`/api/jobs/${ids[2]}/cancel`, { reason: 'test is over' })
  })

  it('child jobs are counted, and their lines can be merged into one log', async () => {
    const id = await start({ lines: 4, children: 30, child_depth: 1 })
    await openEnded(id)
    await page.getByRole('link', { name: 'Children 30' }).click()
    const children = page.getByLabel('Child jobs')
    await children.getByText('30 child jobs').waitFor()
    await children.getByRole('button', { name: '30 completed' }).click()
    await children.locator('.tree-node').nth(20).waitFor()
    await page.getByRole('link', { name: 'Log', exact: true }).click()
    await page.getByRole('button', { name: 'with child jobs' }).click()
    await row(124).waitFor()
    const jobs = await page.locator('.log-source').evaluateAll(all => all.map(each => each.getAttribute('href')))
    expect(new Set(jobs).size).toBeGreaterThan(1)
  })

  it('a log is navigated by errors, times and line numbers, and a range is copied', async () => {
    const id = await start({ lines: 3_000, fail_rate: 0 }, { name: 'last', lines: 5, fail_rate: 1 })
    await openEnded(id)
    await page.locator('.log-row.level-error').waitFor()
    await page.keyboard.press('e')
    await page.locator('.log-row.is-selected.level-error').waitFor()
    await page.keyboard.press('e')
    await page.getByText('No errors below.').waitFor()

    await page.keyboard.press(':')
    await page.getByLabel('Line or time').fill('7')
    await page.keyboard.press('Enter')
    await row(7).waitFor()
    await page.waitForURL('**#L7')
    await row(9)
      .locator('.log-number')
      .click({ modifiers: ['Shift'] })
    await page.waitForURL('**#L7-L9')
    await page.getByRole('button', { name: 'Copy 3 lines' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(/line 7 of 3000\n.*line 8 of 3000\n.*line 9 of 3000$/)

    const time = await row(8).locator('.log-time').getAttribute('title')
    await page.getByLabel('Line or time').fill(time ?? '')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Copy line' }).waitFor()
    await page.getByLabel('Line or time').fill('nonsense')
    await page.keyboard.press('Enter')
    await page.getByText('Enter a line number or a time.').waitFor()
  })

  it('the filter of a log is in the URL and applies to downloads', async () => {
    const id = await start({ name: 'one', lines: 20 }, { name: 'two', lines: 3 })
    await openEnded(id)
    await page.getByLabel('Step').selectOption('two')
    await page.waitForURL('**?step=two')
    await page.reload()
    await page.locator('.log-row').nth(2).waitFor()
    expect(await page.locator('.log-step', { hasText: 'one' }).count()).toBe(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'NDJSON' }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    const lines = Buffer.concat(chunks).toString().trim().split('\n')
    expect(lines.map(line => JSON.parse(line).step)).toEqual(['two', 'two', 'two'])
  })

  it('wrapped lines fit their rows and can still be linked to', async () => {
    const id = await start({ lines: 400, line_bytes: 1_000 })
    await openEnded(id)
    await row(400).waitFor()
    await page.getByRole('button', { name: 'Wrap' }).click()
    await page.locator('.log-rows.is-wrapped').waitFor()
    await eventually(
      async () =>
        (await row(400)
          .boundingBox()
          .then(box => box?.height ?? 0)) > 20,
      'lines are wrapped',
    )
    const fit = await page.locator('.log-rows').evaluate(element => {
      const rows = [...element.querySelectorAll<HTMLElement>('.log-row[data-line]')]
      return {
        isWide: element.scrollWidth > element.clientWidth,
        cut: rows.filter(row => {
          const message = row.querySelector('.log-message')
          return message !== null && message.scrollHeight > row.clientHeight + 1
        }).length,
        heights: rows.map(row => row.clientHeight),
      }
    })
    expect(fit.isWide).toBe(false)
    expect(fit.cut).toBe(0)
    expect(Math.min(...fit.heights)).toBeGreaterThan(20)
    await page.goto(`${app.url}/jobs/${id}#L200`)
    await page.reload()
    await row(200).waitFor()
    await eventually(async () => ((await row(200).boundingBox())?.y ?? 0) > 0, 'the line is in view')
  })

  it('viewers see no actions that they are not allowed to perform', async () => {
    const made = await app.post('/api/tokens', { name: 'observer', role: 'viewer' })
    const { secret } = (await made.json()) as { secret: string }
    const id = await start({ lines: 5, fail_rate: 1 })
    await openEnded(id)
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    const viewer = await visit(browser, app.url)
    try {
      await viewer.page.goto(`${app.url}/sign-in?next=/jobs/${id}`)
      await viewer.page.getByLabel('Token').fill(secret)
      await viewer.page.getByRole('button', { name: 'Sign in' }).click()
      await viewer.page.locator('.summary .is-failed').waitFor()
      await viewer.page.locator('.account', { hasText: 'observer' }).waitFor()
      expect(await viewer.page.getByRole('button', { name: 'Retry' }).count()).toBe(0)
      await viewer.page.goto(`${app.url}/queues?name=demo`)
      await viewer.page.locator('.queue-detail .chart').first().waitFor()
      for (const name of ['Run job', 'Pause', 'Cancel all'])
        expect(await viewer.page.getByRole('button', { name, exact: true }).count()).toBe(0)
      expect(await viewer.page.getByRole('link', { name: 'Audit' }).count()).toBe(0)
    } finally {
      await viewer.context.close()
    }
  })
})
