import type { Browser, Page } from 'playwright-core'
import { eventually } from '../jobs/node'
import type { TestApp } from '../support/app'
import { deadPort } from '../support/sites'
import { describeInBrowser, signIn, startStage, visit } from './browser'

const PHONE = { width: 390, height: 844 }

describeInBrowser('what came of a job', () => {
  let browser: Browser
  let app: TestApp
  let page: Page
  let errors: string[]

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    const visitor = await visit(browser, app.url)
    ;({ page, errors } = visitor)
    await page.setViewportSize(PHONE)
    await signIn(visitor, app, '/queue')
  })
  afterAll(async () => {
    expect(errors).toEqual([])
  })

  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON comes back is what is tested
  const bodyOf = async (reply: Response | Promise<Response>): Promise<any> => (await reply).json()
  const start = async (kind: string, input: object): Promise<string> =>
    (await bodyOf(app.post('/api/jobs', { kind, input }))).job.id
  const ends = (id: string) => eventually(async () => (await bodyOf(app.get(`/api/jobs/${id}`))).ended_at)
  const hasTitle = (expected: RegExp) => eventually(async () => expected.test(await page.title()))
  const color = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate(element => getComputedStyle(element).color)
  const variable = (name: string) =>
    page.evaluate(given => {
      const probe = document.body.appendChild(document.createElement('i'))
      probe.style.color = `var(${given})`
      const { color } = getComputedStyle(probe)
      probe.remove()
      return color
    }, name)

  it('stands first, in red, when a check completed and its target is down, also on a phone', async () => {
    const id = await start('health-check', { url: `http://127.0.0.1:${await deadPort()}/` })
    const row = `[data-job="${id}"]`
    const shown = page.locator(`${row} .outcome.is-bad`)
    await shown.filter({ hasText: 'refused' }).waitFor()
    const box = await shown.boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(PHONE.width)
    expect(await page.locator(`${row} .outcome-text`).evaluate(text => text.scrollWidth <= text.clientWidth)).toBe(true)
    const subject = await page.locator(`${row} .job-subject`).boundingBox()
    expect(box?.y).toBeLessThan(subject?.y ?? 0)
    expect(await color(`${row} .outcome`)).toBe(await variable('--failed'))
    expect(await color(`${row} .status.is-completed`)).toBe(await variable('--ink-soft'))

    await page.goto(`${app.url}/jobs/${id}`)
    await page.locator('.summary .outcome.is-bad').waitFor()
    await hasTitle(/^✕ .*refused.* · http:\/\/127\.0\.0\.1/)
  })

  it('has no page when there is no such job, or its address is no id', async () => {
    for (const id of ['xyz', '01990000-0000-7000-8000-000000000000']) {
      await page.goto(`${app.url}/jobs/${id}`)
      await page.getByText('No such job', { exact: true }).waitFor()
      await hasTitle(/^No such job/)
      expect(await page.getByRole('alert').count()).toBe(0)
    }
  })

  it('is amber when it was cancelled, and so are the steps that this cut short', async () => {
    const id = await start('demo', { steps: [{ name: 'load', lines: 1_000, interval_ms: 50 }] })
    await page.goto(`${app.url}/jobs/${id}?tab=timeline`)
    await page.locator('.step.is-running').waitFor()
    expect((await app.post(`/api/jobs/${id}/cancel`, { reason: 'enough' })).status).toBe(202)
    await page.locator('.summary .outcome.is-warn', { hasText: 'enough' }).waitFor()
    await page.locator('.step.is-cancelled').waitFor()
    const amber = await variable('--cancelled')
    expect([await color('.summary .outcome'), await color('.step.is-cancelled')]).toEqual([amber, amber])
  })

  it('is green only when it is good', async () => {
    const id = await start('demo', { steps: [{ name: 'load', lines: 3 }] })
    await ends(id)
    await page.goto(`${app.url}/jobs/${id}`)
    await page.locator('.summary .outcome.is-ok', { hasText: '3 lines' }).waitFor()
    expect(await color('.summary .outcome')).toBe(await variable('--completed'))
    await hasTitle(/^✓ 3 lines · load/)
  })
})
