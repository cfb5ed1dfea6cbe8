import type { Browser } from 'playwright-core'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('Bull Board', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    await signIn(visitor, app)
  })

  it('works under the content security policy, links to job pages and acts on jobs', async () => {
    const { page, errors, foreign } = visitor
    const input = { steps: [{ name: 'load', workers: 1, lines: 3 }] }
    const response = await app.post('/api/jobs', { kind: 'demo', input, delay_ms: 3_600_000 })
    const { job } = JSON.parse(await response.text())

    await page.goto(`${app.url}/admin/queues/`)
    await page.getByRole('link', { name: 'demo' }).first().waitFor()
    await page.goto(`${app.url}/admin/queues/queue/demo?status=delayed`)
    const link = page.locator(`a[href="/jobs/${job.id}"]`).first()
    await link.waitFor()

    await page.goto(`${app.url}/admin/queues/queue/demo/${job.id}`)
    const done = page.waitForResponse(answer => answer.request().method() === 'PUT')
    await page.locator('xpath=//a[contains(., "Live page")]/following::button[1]').click() // promote, which has no name
    const confirm = page.getByRole('button', { name: /^confirm$/i })
    await Promise.race([done, confirm.click()])
    expect((await done).status()).toBe(204)

    await page.goto(`${app.url}/admin/queues/queue/demo/${job.id}`)
    await page.locator('xpath=//a[contains(., "Live page")]/following::button[1]').click() // duplicate, for an ended job
    await page.getByRole('button', { name: 'Duplicate' }).click()
    await page.getByText('Bull Board can only pause').waitFor()
    await page.goto(`${app.url}/jobs/${job.id}`)
    await page.locator('.summary .is-completed').waitFor()
    expect(foreign).toEqual([])
    expect(errors).toEqual([])
  })
})
