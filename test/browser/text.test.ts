import type { Browser, Page } from 'playwright-core'
import { ask, enrolled, hostIdOf, type OsqueryAgent } from '../fleet/osquery-agent'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { describeInBrowser, signIn, startBrowser, type Visitor, visit } from './browser'

/** Turns what follows around; a person would read `report.exe`. */
const ODD = 'report\u202eexe.\u2066x\u200b'
const ACTS = /[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const HEBREW = 'שלום עולם'
const FAMILY = '👩‍👩‍👧'

describeInBrowser('text of others on pages', () => {
  let browser: Browser
  let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp
  let visitor: Visitor
  let page: Page
  let agent: OsqueryAgent
  let jobId: string

  beforeAll(async () => {
    ;[browser, apps] = await Promise.all([startBrowser(), appsOnFreshParts()])
    app = await apps.start()
    ;[agent] = (await enrolled(app, 1, ODD)) as [OsqueryAgent]
    const steps = [ODD, HEBREW, FAMILY].map(name => ({ name, lines: 1 }))
    const made = await app.post('/api/jobs', { kind: 'demo', input: { steps }, reason: ODD })
    jobId = ((await made.json()) as { job: { id: string } }).job.id
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/queue')
  })
  afterAll(async () => {
    expect(visitor.complaints).toEqual([])
    await browser?.close()
    await apps?.stop()
  })

  async function expectHarmless() {
    expect(await page.title()).not.toMatch(ACTS)
    const html = await page.content()
    expect(html.replace(/ value="[^"]*"/g, '')).not.toMatch(ACTS) // the value of an option is sent, not shown
  }

  it('does not act on a job, its steps and its lines, and other writing stays', async () => {
    await page.goto(`${app.url}/jobs/${jobId}`)
    await page.locator('.log-row').nth(2).waitFor()
    await page.locator('.step-name', { hasText: HEBREW }).waitFor()
    await page.locator('.step-name', { hasText: FAMILY }).waitFor()
    await page.locator('.step-name', { hasText: 'report\ufffdexe.\ufffdx\ufffd' }).waitFor()
    await expectHarmless()
    const hebrew = page.locator('.log-step', { hasText: HEBREW })
    expect(await hebrew.evaluate(step => getComputedStyle(step).unicodeBidi)).toBe('plaintext')
  })

  it('a step is chosen by the name that is shown', async () => {
    await page
      .getByRole('button', { name: /^report/ })
      .or(page.locator('a.step-name', { hasText: 'report' }))
      .first()
      .click()
    await page.waitForFunction(() => document.querySelectorAll('.log-row').length === 1)
  })

  it('does not act on hosts and queries', async () => {
    const id = await hostIdOf(app, agent)
    const query = await ask(app, { sql: `select '${ODD}' as x`, targets: { all: true } })
    const [[asked] = ['']] = Object.entries(await agent.next())
    await agent.write({ [asked]: { rows: [{ x: ODD }] } })
    for (const path of ['/hosts', `/hosts/${id}`, '/queries', `/queries/${query.id}`]) {
      await page.goto(app.url + path)
      await page.getByText('report\ufffd').first().waitFor()
      await expectHarmless()
    }
  })
})
