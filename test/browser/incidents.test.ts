import type { Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, visit } from './browser'

const DESKTOP = { width: 1_280, height: 800 }
const PHONE = { width: 390, height: 844 }

describeInBrowser('incidents', () => {
  let app: TestApp
  let page: Page
  let errors: string[]

  beforeAll(async () => {
    const { browser, ...stage } = await startStage()
    app = stage.app
    const routed = await fetch(`${app.url}/api/alert-routes`, {
      method: 'PUT',
      headers: { ...app.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ route: { group_by: ['alertname'], receiver: null, group_wait_seconds: 0 } }),
    })
    expect(routed.status).toBe(200)
    const visitor = await visit(browser, app.url)
    ;({ page, errors } = visitor)
    await signIn(visitor, app, '/incidents')
  })

  /** Reports alerts as Prometheus does. @param ends whether they are over */
  async function report(names: string[], labels: Record<string, string>, ends = false) {
    const at = Date.now()
    const reply = await app.post(
      '/api/v2/alerts',
      names.map(instance => ({
        labels: { instance, ...labels },
        endsAt: new Date(ends ? at - 1_000 : at + 3_600_000).toISOString(),
        startsAt: new Date(at - 60_000).toISOString(),
      })),
    )
    expect(reply.status).toBe(200)
  }
  const row = (title: string) => page.locator('.incident-row').filter({ hasText: title })

  it('appear at once, with a message and a count in the sidebar, and are acknowledged by key', async () => {
    await page.locator('.empty').waitFor()
    await report(['web-1'], { alertname: 'HostDown', severity: 'critical' })
    await row('HostDown').waitFor()
    await page.locator('.toast').filter({ hasText: 'HostDown' }).waitFor()
    await page.locator('.entry', { hasText: 'Incidents' }).locator('.entry-count').getByText('1').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('a')
    await page.getByRole('dialog').getByLabel('Reason (optional)').fill('on it')
    await page.keyboard.press('Enter')
    await row('HostDown').getByText('acknowledged').waitFor()
    const { items } = (await (await app.get('/api/incidents')).json()) as { items: Array<{ status: string }> }
    expect(items).toMatchObject([{ status: 'acknowledged' }])
  })

  it('tell what happens while it happens, take notes and assignees, and are resolved by hand', async () => {
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/incidents\/[0-9a-f-]{36}$/)
    const timeline = page.locator('ol.timeline')
    await timeline.getByText('on it').waitFor()
    await report(['web-2', 'web-3'], { alertname: 'HostDown', severity: 'critical' })
    await timeline.getByText('2 alerts began to fire').waitFor()
    await page.getByText('3 firing').first().waitFor()
    await page.getByLabel('Note').fill('The switch is dead')
    await page.getByRole('button', { name: 'Add note' }).click()
    await timeline.getByText('The switch is dead').waitFor()
    await page.getByRole('button', { name: 'Assign' }).click()
    const people = page.getByRole('dialog').getByLabel('Assignee')
    await people.locator('option').nth(1).waitFor({ state: 'attached' })
    await people.selectOption({ index: 1 })
    await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click()
    await timeline.getByText('assigned it to').waitFor()
    await report(['web-2'], { alertname: 'HostDown', severity: 'critical' }, true)
    await timeline.getByText('1 alert resolved').waitFor()
    await page.getByRole('button', { name: 'Resolve' }).click()
    await confirm(page, 'replaced')
    await timeline.getByText('replaced').waitFor()
    await page.locator('.summary').getByText('resolved').first().waitFor()
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
  })

  it('say why nobody was told', async () => {
    await page.locator('.told').getByText('leads to incidents only').first().waitFor()
    await page.goto(`${app.url}/notifications?status=not_sent`)
    await page.locator('td').getByText('its route leads to incidents only').first().waitFor()
  })

  it('are acknowledged on a phone without scrolling', async () => {
    await report(['db-1'], { alertname: 'DiskFull', severity: 'warning' })
    await page.setViewportSize(PHONE)
    await page.goto(`${app.url}/incidents`)
    const heading = await page.getByRole('heading', { level: 1 }).boundingBox()
    expect(heading?.height).toBeLessThan(32) // one line
    await row('DiskFull').getByRole('link', { name: 'DiskFull' }).click()
    const button = page.getByRole('button', { name: 'Acknowledge' })
    await button.waitFor()
    const box = await button.boundingBox()
    expect(box?.y).toBeGreaterThan(PHONE.height / 2)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(PHONE.height)
    await button.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
    await page.locator('.summary').getByText('acknowledged').first().waitFor()
    await page.getByRole('button', { name: 'Open navigation' }).click()
    // its last entry is not covered by the buttons of the incident
    await page.locator('.sidebar').getByRole('button').last().click({ trial: true })
    expect(errors).toEqual([])
  })

  it('are sent by receivers, which are created, tested and changed without showing their secrets', async () => {
    await page.setViewportSize(DESKTOP)
    await page.goto(`${app.url}/admin/receivers`)
    await page.getByRole('button', { name: 'New receiver' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name, by which routes call it').fill('ops')
    await dialog.getByLabel('Address').fill(`${app.url}/nowhere`)
    await dialog.getByLabel('Secret, which signs each notification').fill('very secret')
    await dialog.getByRole('button', { name: 'Save' }).click()
    const card = page.locator('.receiver').filter({ hasText: 'ops' })
    await card.getByText('not used yet').waitFor()
    await card.getByRole('button', { name: 'Send test' }).click()
    await card.getByText(/Test failed \(40\d\)/).waitFor()
    await card.getByRole('button', { name: 'Edit' }).click()
    const secret = dialog.getByLabel('Secret, which signs each notification')
    expect(await secret.inputValue()).toBe('')
    expect(await secret.getAttribute('placeholder')).toBe('set; leave empty to keep')
    await dialog.getByLabel('Name, by which routes call it').fill('ops-hook')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.locator('.receiver').filter({ hasText: 'ops-hook' }).waitFor()
    const { items } = (await (await app.get('/api/receivers')).json()) as { items: unknown[] }
    expect(items).toMatchObject([{ name: 'ops-hook', has_secrets: ['secret'] }])
  })
})
