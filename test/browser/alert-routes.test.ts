import type { Page } from 'playwright-core'
import type { AlertRouting, StoredRouting } from '../../src/contract/alert-routes'
import type { Receiver } from '../../src/contract/receivers'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, visit } from './browser'

describeInBrowser('the tree of routes', () => {
  let app: TestApp
  let page: Page

  beforeAll(async () => {
    const stage = await startStage()
    app = stage.app
    const made = await app.post('/api/receivers', {
      ...{ name: 'ops', type: 'webhook', settings: { url: 'https://example.org/' } },
    })
    expect(made.status).toBe(201)
    const visitor = await visit(stage.browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/alert-routes')
  })

  const stored = async () => (await (await app.get('/api/alert-routes')).json()) as StoredRouting
  const replace = async (routing: AlertRouting) => {
    const reply = await fetch(`${app.url}/api/alert-routes`, {
      method: 'PUT',
      headers: { ...app.headers, 'content-type': 'application/json' },
      body: JSON.stringify(routing),
    })
    expect(reply.status).toBe(200)
  }
  const node = (path: string) => page.locator(`[data-route="${path}"] > .route-box`)
  async function addRoute(label: string, value: string) {
    await node('')
      .getByRole('button', { name: /^Add a route/ })
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Label of matcher 1').fill(label)
    await dialog.getByLabel('Value of matcher 1').fill(value)
    await dialog.getByLabel('Receiver').selectOption({ label: 'ops' })
    await dialog.getByRole('button', { name: 'Use' }).click()
  }

  it('is changed in a draft, tested before it is saved, and saved with a reason', async () => {
    await addRoute('severity', 'critical')
    await node('0').getByText('severity="critical"').waitFor()
    await page.getByLabel('Labels').fill('alertname=Down severity=critical')
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await node('0').getByText('taken').waitFor()
    await page.locator('.test-outcome').getByText('Notifies').waitFor()
    expect((await stored()).route.routes).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await confirm(page, 'page them')
    await page.locator('.save-bar').waitFor({ state: 'detached' })
    expect((await stored()).route.routes).toMatchObject([
      { receiver: 'ops', matchers: [{ name: 'severity', op: '=', value: 'critical' }] },
    ])
  })

  it('is not saved over a change of somebody else unasked', async () => {
    await addRoute('team', 'web')
    const { route, inhibit_rules, time_intervals } = await stored()
    await replace({ route: { ...route, group_wait_seconds: 7 }, inhibit_rules, time_intervals })
    await page.getByRole('button', { name: 'Save' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('too late')
    await dialog.locator('button[type="submit"]').click()
    await page.getByText('has changed the routes meanwhile').waitFor()
    expect((await stored()).route.routes).toHaveLength(1)
    await page.getByRole('button', { name: 'Discard mine and show theirs' }).click()
    await node('').getByText('7s').waitFor()
    expect(await node('1').count()).toBe(0)
  })

  it('is imported from an alertmanager.yml after a report of what would come of it', async () => {
    await page.getByRole('button', { name: 'Import alertmanager.yml' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByLabel('or its text')
      .fill(
        'route:\n  receiver: hooks\nreceivers:\n- name: hooks\n  webhook_configs:\n  - url: https://example.org/hook\ntemplates: [x.tmpl]\n',
      )
    await dialog.getByRole('button', { name: 'Show what would come of it' }).click()
    await dialog.getByText('will be created').first().waitFor()
    await dialog.getByText('Not imported').waitFor()
    await dialog.getByLabel('Reason').fill('moved')
    await dialog.getByRole('button', { name: 'Replace the routes' }).click()
    await node('').getByText('hooks').waitFor()
  })

  it('asks for what the file does not hold, and creates receivers that work', async () => {
    await page.getByRole('button', { name: 'Import alertmanager.yml' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByLabel('or its text')
      .fill(
        `global: {smtp_smarthost: "mail.test:25", smtp_from: a@x.test, smtp_auth_username: a, smtp_auth_password_file: /pw}\nroute:\n  receiver: asked\nreceivers:\n- name: asked\n  email_configs:\n  - to: b@x.test\n  - to: c@x.test\n  webhook_configs:\n  - url: \${HOOK}\n`,
      )
    await dialog.getByRole('button', { name: 'Show what would come of it' }).click()
    await dialog.getByLabel('asked (email), asked (email 2): Password').fill('s3cret')
    const address = dialog.getByLabel('asked (webhook): Address')
    await address.fill('https://example.org/given')
    expect((await address.boundingBox())?.height).toBeGreaterThan(20)
    await dialog.getByLabel('Reason').fill('moved again')
    await dialog.getByRole('button', { name: 'Replace the routes' }).click()
    await node('').getByText('asked').waitFor()
    const { items } = (await (await app.get('/api/receivers?q=asked')).json()) as { items: Receiver[] }
    const made = items.map(({ name, enabled, has_secrets }) => ({ name, enabled, has_secrets }))
    expect(made.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'asked', enabled: true, has_secrets: [] },
      { name: 'asked (email 2)', enabled: true, has_secrets: ['password'] },
      { name: 'asked (email)', enabled: true, has_secrets: ['password'] },
      { name: 'asked (webhook)', enabled: true, has_secrets: [] },
    ])
  })
})
