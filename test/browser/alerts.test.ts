import type { Browser, Page } from 'playwright-core'
import type { AlertItem } from '../../src/contract/alerts'
import type { Silence } from '../../src/contract/silences'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

const HOUR_MS = 3_600_000

/** An alert as Prometheus sends it. */
const alertOf = (n: number, labels: Record<string, string> = {}) => ({
  labels: {
    alertname: 'Down',
    severity: n % 2 === 0 ? 'critical' : 'warning',
    team: 'web',
    instance: `web-${n}`,
    ...labels,
  },
  annotations: { summary: `web-${n} does not answer` },
  generatorURL: n === 0 ? 'javascript:alert(1)' : 'http://prometheus.example.org/graph',
  endsAt: new Date(Date.now() + HOUR_MS).toISOString(),
})

describeInBrowser('alerts and silences', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  const send = async (alerts: object[]) => {
    const reply = await app.post('/api/v2/alerts', alerts)
    if (!reply.ok) throw new Error(await reply.text())
  }
  const row = (instance: string) =>
    page.locator('.alert-row').filter({ has: page.getByText(`${instance} does not answer`, { exact: true }) })
  const dialog = () => page.getByRole('dialog')

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/alerts')
  })
  afterAll(async () => {
    expect(visitor?.errors).toEqual([])
    expect(visitor?.foreign).toEqual([])
  })

  it('says how to get alerts while there are none, and shows those that arrive', async () => {
    await page.getByText('Nothing fires').waitFor()
    expect(await page.locator('.empty-code').textContent()).toContain(new URL(app.url).host)
    await send(Array.from({ length: 6 }, (_, n) => alertOf(n)))
    await row('web-5').waitFor()
    expect(await row('web-0').locator('.severity').textContent()).toContain('critical')
  })

  it('narrows by matchers that are typed, completed, clicked and excluded, all in the URL', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('severity=')
    await page.getByRole('option', { name: 'severity="critical"' }).click()
    await row('web-5').waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.getAll('filter')).toEqual(['severity="critical"'])
    const facet = page.getByRole('complementary', { name: 'Counts' }).getByRole('region', { name: 'instance' })
    await facet.getByRole('button', { name: 'Without instance web-2' }).click()
    await row('web-2').waitFor({ state: 'detached' })
    await row('web-4').waitFor()
    await page.reload()
    await row('web-4').waitFor()
    expect(await row('web-2').count()).toBe(0)
    await page.getByRole('link', { name: 'Clear' }).click()
    await row('web-5').waitFor()
  })

  it('groups by labels, and shows the alerts of a group', async () => {
    await page.getByLabel('Group by').selectOption('severity')
    const card = page.getByRole('region', { name: 'severity=critical' })
    await card.getByText('3', { exact: true }).first().waitFor()
    await card.getByRole('button', { name: 'Alerts of severity=critical' }).click()
    await card.getByText('All have').waitFor()
    await row('web-4').waitFor()
    expect(await page.locator('.alert-row').count()).toBe(3)
    await page.getByRole('button', { name: 'Stop grouping by severity' }).click()
    await row('web-5').waitFor()
  })

  it('silences what was selected by keys, with a preview, and says by whom it is muted', async () => {
    await page.keyboard.press('j')
    await page.locator('.alert-row.is-current').waitFor()
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByText('2 alerts selected').waitFor()
    await page.keyboard.press('s')
    await dialog().getByText('Mutes 2 firing alerts now').waitFor()
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'comment')
    await page.keyboard.type('a deploy')
    await dialog().getByRole('button', { name: 'Silence', exact: true }).click()
    await dialog().waitFor({ state: 'detached' })
    const { items } = (await (await app.get('/api/silences?state=active')).json()) as { items: Silence[] }
    expect(items).toMatchObject([{ comment: 'a deploy', state: 'active' }])
    await page.locator('.alert-row .mutes').nth(1).waitFor()
    await page.locator('.alert-row .mutes a').first().click()
    await page.getByRole('region', { name: 'Linked silence' }).getByText('a deploy').waitFor()
    await page.goBack()
    await page.locator('.alert-row').first().waitFor()
  })

  it('keeps the place of whoever reads further down, and counts what is new', async () => {
    await send(Array.from({ length: 200 }, (_, n) => alertOf(100 + n, { team: 'db' })))
    await row('web-299').waitFor()
    await page.evaluate(() => scrollTo(0, 2_000))
    await page.waitForFunction(() => !document.querySelector('.alert-row')?.textContent.includes('web-299'))
    const first = () =>
      page.evaluate(() => {
        const rows = [...document.querySelectorAll('.alert-row')]
        const seen = rows.find(element => element.getBoundingClientRect().top >= 40)
        return [seen?.textContent.match(/web-\d+/)?.[0], seen?.getBoundingClientRect().top]
      })
    const before = await first()
    await send([alertOf(900), alertOf(901)])
    await page.getByRole('button', { name: '+2 new alerts' }).waitFor()
    expect(await first()).toEqual(before)
    await page.getByRole('button', { name: '+2 new alerts' }).click()
    await row('web-901').waitFor()
    expect(await page.evaluate(() => scrollY)).toBe(0)
  })

  it('shows an alert with its labels, links of the web only, and when it fired', async () => {
    const { items } = (await (await app.get('/api/alerts?filter=instance="web-0"')).json()) as { items: AlertItem[] }
    await page.goto(`${app.url}/alerts/${items[0]?.fingerprint}`)
    await page.getByRole('heading', { level: 1, name: 'Down' }).waitFor()
    await page.getByText('web-0 does not answer').first().waitFor()
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    await page.getByRole('img', { name: /Fired 1 time/ }).waitFor()
    await page.getByRole('region', { name: 'Occurrences', exact: true }).first().getByText('still firing').waitFor()
    await send([{ ...alertOf(0), endsAt: new Date(Date.now() - 1).toISOString() }])
    await page.getByText('its source said so').first().waitFor()
  })

  it('extends, copies and ends silences', async () => {
    await page.goto(`${app.url}/silences`)
    const silence = page.locator('.silence').filter({ hasText: 'a deploy' })
    await silence.getByText(/^ends in (\d+ m|1 h)/).waitFor()
    await silence.getByRole('button', { name: 'Extend a deploy by +1 d' }).click()
    await silence.getByText(/^ends in 1 d/).waitFor()
    await silence.getByRole('button', { name: 'Copy' }).click()
    await dialog().getByLabel('Comment').fill('a second deploy')
    await dialog().getByRole('button', { name: '4 h' }).click()
    await dialog().getByRole('button', { name: 'Silence', exact: true }).click()
    await dialog().waitFor({ state: 'detached' })
    await page.locator('.silence').filter({ hasText: 'a second deploy' }).waitFor()
    await page.getByLabel('select all shown').check()
    await page.getByRole('button', { name: 'End 2 silences' }).click()
    await confirm(page, 'the deploy is over')
    await page.getByText('Nothing is silenced').waitFor()
    await page.getByRole('link', { name: 'Expired' }).click()
    await page.locator('.silence').filter({ hasText: 'a second deploy' }).getByText('ended').waitFor()
  })

  it('says what is wrong with a matcher at its field, and asks before it mutes everything', async () => {
    await page.getByRole('button', { name: 'New silence' }).click()
    await dialog().getByLabel('Label of matcher 1').fill('team')
    await dialog().getByLabel('Operator of matcher 1').selectOption('=~')
    await dialog().getByLabel('Value of matcher 1').fill('(')
    await dialog().locator('.matcher-fields .field-fault', { hasText: /./ }).waitFor()
    await dialog().getByLabel('Value of matcher 1').fill('.+')
    await dialog()
      .getByText(/^Mutes \d+ firing alerts now/)
      .waitFor()
    await dialog()
      .getByText(/^Yes, mute \d+ alerts/)
      .waitFor()
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  })

  it('draws maintenance windows in a calendar', async () => {
    await page.getByRole('link', { name: 'Maintenance windows' }).click()
    await page.getByText('No maintenance windows').waitFor()
    await page.getByRole('button', { name: 'New window' }).click()
    await dialog().getByLabel('Name').fill('Backup')
    await dialog().getByLabel('Label of matcher 1').fill('team')
    await dialog().getByLabel('Value of matcher 1').fill('db')
    await dialog().getByLabel('Cron expression').fill('30 2 * * *')
    await dialog().getByRole('region', { name: 'Next runs' }).getByText('At 02:30').waitFor()
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().waitFor({ state: 'detached' })
    await page.locator('.calendar-bar', { hasText: 'Backup' }).nth(5).waitFor()
    // once: the zone and the duration are part of it
    expect(await page.locator('.silence .hint').textContent()).toMatch(/^At 02:30( \([^()]+\))?, for [^,()]+$/)
    await page.getByRole('button', { name: 'Month' }).click()
    await page.locator('.calendar-entry', { hasText: 'Backup' }).nth(20).waitFor()
  })

  it('shows no actions to viewers', async () => {
    const made = await app.post('/api/tokens', { name: 'reader', role: 'viewer', reason: 'for a test' })
    const { secret: token } = (await made.json()) as { secret: string }
    const reader = await visit(browser, app.url)
    const reply = await reader.context.request.post(`${app.url}/api/session`, { data: { token } })
    expect(reply.ok()).toBe(true)
    await reader.page.goto(`${app.url}/alerts`)
    await reader.page.locator('.alert-row').first().hover()
    expect(await reader.page.getByRole('button', { name: /^Silence/ }).count()).toBe(0)
    expect(await reader.page.locator('main input[type="checkbox"].pick').count()).toBe(0)
    await reader.page.goto(`${app.url}/silences?tab=expired`)
    await reader.page.locator('.silence').first().waitFor()
    expect(await reader.page.locator('.silence button').count()).toBe(0)
    expect(await reader.page.getByRole('button', { name: 'New silence' }).count()).toBe(0)
    expect(reader.errors).toEqual([])
    await reader.context.close()
  })
})
