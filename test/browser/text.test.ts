import type { Browser, Page } from 'playwright-core'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../fleet/osquery-agent'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

/** Contains bidirectional controls, with which it would read differently. */
const SPOOFED = 'report\u202eexe.\u2066x\u200b'
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const HEBREW = 'שלום עולם'
const FAMILY = '👩‍👩‍👧'

describeInBrowser('untrusted text on pages', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page
  let agent: OsqueryAgent
  let jobId: string

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    ;[agent] = (await enrolled(app, 1, SPOOFED)) as [OsqueryAgent]
    const steps = [SPOOFED, HEBREW, FAMILY].map(name => ({ name, lines: 1 }))
    const made = await app.post('/api/jobs', { kind: 'demo', input: { steps }, reason: SPOOFED })
    jobId = ((await made.json()) as { job: { id: string } }).job.id
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/queue')
  })
  afterAll(async () => {
    expect(visitor.errors).toEqual([])
  })

  async function expectNoControls() {
    expect(await page.title()).not.toMatch(INVISIBLE)
    const html = await page.content()
    expect(html.replace(/ value="[^"]*"/g, '')).not.toMatch(INVISIBLE) // the value of an option is sent, not shown
  }

  it('is sanitized in jobs, steps and lines, without changing other scripts', async () => {
    await page.goto(`${app.url}/jobs/${jobId}`)
    await page.locator('.log-row').nth(2).waitFor()
    await expectNoControls()
    const hebrew = page.locator('.log-step', { hasText: HEBREW })
    expect(await hebrew.evaluate(step => getComputedStyle(step).unicodeBidi)).toBe('plaintext')
    await page.goto(`${app.url}/jobs/${jobId}?tab=timeline`)
    await page.locator('.step-name', { hasText: HEBREW }).waitFor()
    await page.locator('.step-name', { hasText: FAMILY }).waitFor()
    await page.locator('.step-name', { hasText: 'report\ufffdexe.\ufffdx\ufffd' }).waitFor()
    await expectNoControls()
  })

  it('does not prevent selecting a step by its name', async () => {
    await page
      .getByRole('button', { name: /^report/ })
      .or(page.locator('a.step-name', { hasText: 'report' }))
      .first()
      .click()
    await page.waitForFunction(() => document.querySelectorAll('.log-row').length === 1)
  })

  it('is sanitized in hosts and queries', async () => {
    const id = await hostIdOf(app, agent)
    const query = await createQuery(app, { sql: `select '${SPOOFED}' as x`, targets: { all: true } })
    const [[asked] = ['']] = Object.entries(await agent.next())
    await agent.write({ [asked]: { rows: [{ x: SPOOFED }] } })
    for (const path of ['/hosts', `/hosts/${id}`, '/queries', `/queries/${query.id}`]) {
      await page.goto(app.url + path)
      await page.getByText('report\ufffd').first().waitFor()
      await expectNoControls()
    }
  })
})
