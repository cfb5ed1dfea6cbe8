import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'
import { type Seeded, seed } from './seed'

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const SIZES = { desktop: { width: 1_280, height: 900 }, phone: { width: 390, height: 800 } }

/** The fields of axe-core's violations that this test reads. */
interface Violation {
  id: string
  impact: string
  help: string
  nodes: Array<{ html: string; failureSummary: string }>
}

describeInBrowser('accessibility of every page', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page
  let ids: Seeded

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    ids = await seed(app)
    for (const sql of ['select * from no_such_table', 'select 1 from users limit 0'])
      await app.post(`/api/hosts/${ids.host}/query`, { sql })
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app)
  })

  const PAGES: Array<[name: string, path: () => string, ready: string]> = [
    ['dashboard', () => '/', '.queue-card'],
    ['jobs', () => '/jobs', '.job-row'],
    ['queues', () => '/queues', '.queue-card'],
    ['one queue', () => '/queues?name=demo', '.chart canvas'],
    ['errors', () => '/errors', '.error-row'],
    ['no matches', () => '/queue?q=there+is+no+such+job', '.empty'],
    ['job', () => `/jobs/${ids.job}`, '.log-row:not(.log-probe)'],
    ['timeline of a job', () => `/jobs/${ids.job}?tab=timeline`, '.step'],
    ['children of a job', () => `/jobs/${ids.job}?tab=children`, '.tally'],
    ['input and result of a job', () => `/jobs/${ids.job}?tab=data`, '.copy-block'],
    ['no job', () => '/jobs/00000000-0000-7000-8000-000000000000', '.empty'],
    ['schedules', () => '/schedules', 'table'],
    ['hosts', () => '/hosts', '.host-row'],
    ['no hosts', () => '/hosts?q=there+is+no+such+host', '.empty'],
    ['add a host', () => '/hosts/add', '.copy-block'],
    ['labels', () => '/hosts/labels', 'table'],
    ['saved queries', () => '/hosts/saved-queries', 'table'],
    ['packs', () => '/hosts/packs', '.pack'],
    ['enroll secrets', () => '/hosts/secrets', 'table'],
    ['host', () => `/hosts/${ids.host}`, '.host-query'],
    ['history of a host', () => `/hosts/${ids.host}?tab=history`, '.host-query'],
    ['scheduled results of a host', () => `/hosts/${ids.host}?tab=scheduled`, '.change'],
    ['log of a host', () => `/hosts/${ids.host}?tab=log`, '.log-row:not(.log-probe)'],
    ['labels of a host', () => `/hosts/${ids.host}?tab=labels`, '.host-labels-tab'],
    ['files of a host', () => `/hosts/${ids.host}?tab=files`, '.empty'],
    ['no host', () => '/hosts/00000000-0000-7000-8000-000000000000', '.empty'],
    ['queries', () => '/queries', '.query-row'],
    ['no queries', () => '/queries?q=there+is+no+such+query', '.empty'],
    ['new query', () => '/queries/new?all=1&sql=select+*+from+file', '.sql-advice p'],
    ['query', () => `/queries/${ids.query}`, '.grid tbody td a'],
    ['query without rows', () => `/queries/${ids.badQuery}`, '.empty'],
    ['hosts of a query', () => `/queries/${ids.query}?view=hosts`, '.target'],
    ['errors of a query', () => `/queries/${ids.badQuery}?view=errors`, '.error-row'],
    ['values of a query', () => `/queries/${ids.query}?view=values&column=username`, '.value'],
    ['no query', () => '/queries/00000000-0000-7000-8000-000000000000', '.empty'],
    ['incidents', () => '/incidents', '.incident-row'],
    ['no incidents', () => '/incidents?q=there+is+no+such+incident', '.empty'],
    ['incident', () => `/incidents/${ids.incident}`, '.timeline-step'],
    ['no incident', () => '/incidents/00000000-0000-7000-8000-000000000000', '.empty'],
    ['notifications', () => '/notifications', 'table'],
    ['routes', () => '/alert-routes', '.route-box'],
    ['receivers', () => '/admin/receivers', '.receiver'],
    ['logs', () => '/logs', '.log-row:not(.log-probe)'],
    ['settings', () => '/settings', 'table'],
    ['set a password', () => '/set-password', 'form'],
    ['members', () => '/admin/members', 'table'],
    ['audit', () => '/admin/audit', 'table'],
    ['retention', () => '/admin/retention', 'table'],
    ['no page', () => '/nowhere', '.empty'],
    ['sign-in', () => '/sign-in', 'form'],
  ]

  it.each(PAGES)(
    '%s has no serious violations, light, dark, and on a phone, whose screen it fits',
    async (_name, path, ready) => {
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      await page.setViewportSize(SIZES.desktop)
      await page.goto(app.url + path())
      await page.locator(ready).first().waitFor()
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
      const light = await violationsIn(page)
      await page.emulateMedia({ colorScheme: 'dark' })
      const dark = await violationsIn(page, ['color-contrast'])
      await page.setViewportSize(SIZES.phone)
      await page.locator(ready).first().waitFor()
      const phone = await violationsIn(page)
      expect({ light, dark, phone }).toEqual({ light: [], dark: [], phone: [] })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(SIZES.phone.width)
    },
  )

  it.each(['light', 'dark'] as const)('the API documentation has no serious violations, %s', async colorScheme => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize(SIZES.desktop)
    await page.goto(`${app.url}/api/docs`)
    await page.locator('h1').first().waitFor()
    expect(await violationsIn(page)).toEqual([])
  })

  it('the forms of the fleet pages have no serious violations', async () => {
    await page.setViewportSize(SIZES.desktop)
    await page.goto(`${app.url}/hosts/labels`)
    await page.getByRole('button', { name: 'New label' }).click()
    await page.getByRole('button', { name: 'By query' }).click()
    await page.locator('.sql [contenteditable="true"]').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.goto(`${app.url}/hosts`)
    await page.locator('.host-row .pick').first().check()
    await page.getByRole('button', { name: 'Labels', exact: true }).click()
    await page.getByLabel('Label', { exact: true }).last().waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.goto(`${app.url}/hosts/packs`)
    await page.locator('.pack summary').click()
    await page.locator('.pack details[open]').waitFor()
    expect(await violationsIn(page)).toEqual([])
  })

  it('completions, the list of tables and row details have no serious violations', async () => {
    await page.setViewportSize(SIZES.desktop)
    await page.goto(`${app.url}/queries/new?all=1`)
    await page.locator('.sql [contenteditable="true"]').click()
    await page.keyboard.type('select * from us')
    await page.getByRole('option', { name: 'users' }).first().waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Tables' }).click()
    await page.getByRole('button', { name: 'Columns of acpi_tables' }).click()
    await page.getByRole('button', { name: 'Columns of acpi_tables', expanded: true }).waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.goto(`${app.url}/queries/${ids.query}`)
    await page.locator('.grid tbody td').nth(2).click()
    await page.locator('.grid-details').waitFor()
    expect(await violationsIn(page)).toEqual([])
  })

  it('job details, the form for a reason and the help have no serious violations', async () => {
    await page.setViewportSize(SIZES.desktop)
    await page.goto(`${app.url}/queue`)
    await page.locator(`[data-job="${ids.job}"] .fold`).click()
    await page.locator('.job-details .log-row:not(.log-probe)').first().waitFor()
    await page.goto(`${app.url}/queue?kind=demo`)
    await page.getByRole('button', { name: 'Cancel all' }).click()
    await page.getByLabel('Reason').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('.account summary').click()
    await page.locator('.account[open]').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.locator('.palette-option').first().waitFor()
    expect(await violationsIn(page)).toEqual([])
  })
})

/** Serious and critical violations of all rules or of some, with the element and a summary. */
async function violationsIn(page: Page, runOnly?: string[]): Promise<string[]> {
  await page.evaluate(AXE) // not as a script element, which the content security policy would block
  const options = { resultTypes: ['violations'], ...(runOnly && { runOnly }) }
  const { violations } = await page.evaluate(
    given =>
      (globalThis as unknown as { axe: { run(o: object): Promise<{ violations: Violation[] }> } }).axe.run(given),
    options,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))
}
