import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('actions', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/jobs')
  })
  afterAll(async () => {
    expect(visitor.errors).toEqual([])
  })

  async function start(step: object): Promise<string> {
    const answer = await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'load', ...step }] } })
    return ((await answer.json()) as { job: { id: string } }).job.id
  }

  const colorOf = (name: string) =>
    page
      .getByRole('dialog')
      .getByRole('button', { name })
      .evaluate(button => button.className)

  it('bulk actions need a selection or a filter, and say what will happen', async () => {
    const done = await start({ lines: 1 })
    const running = await start({ lines: 5_000, interval_ms: 50 })
    await page.goto(`${app.url}/jobs`)
    await page.locator(`[data-job="${done}"] .is-completed`).waitFor()
    await page.locator(`[data-job="${running}"] .is-running`).waitFor()
    expect(await page.getByLabel('Bulk actions').count()).toBe(0)
    await page.getByRole('button', { name: 'completed', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel all' }).waitFor()
    await page.getByRole('button', { name: 'all', exact: true }).click()
    await page.getByLabel('Bulk actions').waitFor({ state: 'detached' })

    for (const id of [done, running]) await page.locator(`[data-job="${id}"] .pick`).check()
    await page.locator('.bulk').getByRole('button', { name: 'Cancel', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel 1 job' })
    await dialog.getByText('1 of 2 jobs, 1 skipped: completed.').waitFor()
    expect(await colorOf('Cancel 1 job')).toBe('danger')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.locator(`[data-job="${running}"] .is-running`).waitFor()

    await page.locator('.bulk').getByRole('button', { name: 'Cancel', exact: true }).click()
    await dialog.getByLabel('Reason').fill('not needed')
    await dialog.getByRole('button', { name: 'Cancel 1 job' }).click()
    const toast = page.locator('.toast')
    await toast.getByRole('link', { name: 'View job' }).click()
    await page.waitForURL('**/jobs/*')
    await toast.waitFor()
    await toast.getByRole('button', { name: 'Close message' }).click()
    await toast.waitFor({ state: 'detached' })
    expect(await page.locator('.toasts').getAttribute('aria-live')).toBe('polite')
  })

  it('a refusal is shown in the dialog, which stays open', async () => {
    const id = await start({ lines: 5_000, interval_ms: 50 })
    await page.goto(`${app.url}/jobs/${id}`)
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByLabel('Reason').fill('\u200b')
    await page.getByRole('button', { name: 'Cancel job' }).click()
    await page.getByRole('dialog').getByText('must contain a visible character').waitFor()
    await page.getByLabel('Reason').fill('a real one')
    await page.getByRole('button', { name: 'Cancel job' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('.toast', { hasText: 'Job is being cancelled' }).waitFor()
  })

  it('a preview needs no confirmation, and at most three messages are shown', async () => {
    await page.goto(`${app.url}/admin/retention`)
    await page.getByRole('button', { name: 'Preview', exact: true }).click()
    await page.locator('.toast', { hasText: 'Preview started' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('button', { name: 'Sweep now' }).click()
    expect(await colorOf('Sweep now')).toBe('danger')
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await page.goto(`${app.url}/hosts/labels`)
    for (const name of ['a', 'b', 'c', 'd']) await app.post('/api/labels', { name })
    await page.reload()
    for (const name of ['a', 'b', 'c', 'd']) {
      const row = page.getByRole('row', { name: new RegExp(`^${name} `) })
      await row.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByText('removed from 0 hosts').waitFor()
      await page.getByLabel('Reason').fill('a test')
      await page.getByRole('button', { name: `Delete ${name}` }).click()
      await page.locator('.toast', { hasText: `Label ${name} deleted` }).waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    const shown = await page.locator('.toast span').allTextContents()
    // On a slow machine, some may have disappeared by themselves.
    expect(shown).toEqual(['b', 'c', 'd'].slice(-shown.length).map(name => `Label ${name} deleted`))
  })
})
