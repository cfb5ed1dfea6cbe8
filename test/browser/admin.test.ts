import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('administration', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/admin/members')
  })
  afterAll(async () => {
    expect(visitor?.errors).toEqual([])
    expect(visitor?.foreign).toEqual([])
  })

  it('an invited member gets a new role while signed in, and the audit log shows the reason', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Ada')
    await page.getByLabel('Email').fill('ada@example.org')
    await page.getByRole('button', { name: 'Invite' }).click()
    const link = (await page.locator('.secret code').textContent()) ?? ''
    expect(link).toMatch(/\/sign-in\?code=/)

    const ada = await visit(browser, app.url)
    await ada.page.goto(link)
    await ada.page.waitForURL('**/set-password?**')
    await ada.page.getByLabel('New password').fill('a very long password')
    await ada.page.getByRole('button', { name: 'Set password' }).click()
    await ada.page.getByText('Password set', { exact: true }).waitFor()
    await ada.page.waitForURL(`${app.url}/`)
    await ada.page.locator('.account-name', { hasText: 'Ada' }).waitFor()
    expect(await ada.page.getByRole('link', { name: 'API tokens' }).count()).toBe(0)

    await page.reload()
    await page.getByLabel('Role of Ada').selectOption('operator')
    await page.getByLabel('Reason').fill('runs the night shift')
    await page.getByRole('button', { name: 'Make Ada operator' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.waitForFunction(
      () => document.querySelector<HTMLSelectElement>('[aria-label="Role of Ada"]')?.value === 'operator',
    )
    await ada.page.goto(`${app.url}/queue`)
    await ada.page.getByRole('button', { name: 'Run job' }).waitFor()

    await page.goto(`${app.url}/admin/audit?action=member.role`)
    await page.getByRole('cell', { name: 'runs the night shift' }).waitFor()
    await ada.context.close()
  })

  it('a new link for a member needs a confirmation, which says what it replaces', async () => {
    const made = await app.post('/api/members', { name: 'Grace', email: 'grace@example.org', role: 'viewer' })
    const { link: invitation } = (await made.json()) as { link: string }
    await page.goto(`${app.url}/admin/members`)
    await page.getByRole('row', { name: /Grace/ }).getByRole('button', { name: 'New link' }).click()
    await page.getByRole('dialog').getByText('replaces an earlier link').waitFor()
    expect(await page.locator('.secret').count()).toBe(0)
    await confirm(page, 'lost the first one')
    const link = (await page.locator('.secret code').textContent()) ?? ''
    expect(link).toMatch(/\/sign-in\?code=/)
    expect(link).not.toBe(invitation)
    await page.goto(`${app.url}/admin/audit?action=member.link`)
    await page.getByRole('cell', { name: 'lost the first one' }).waitFor()
  })

  it('the audit log shows new entries live', async () => {
    await page.goto(`${app.url}/admin/audit?action=token.create`)
    await page.getByText('No audit entries match').waitFor()
    await page.locator('.sidebar .live.is-live').waitFor()
    await app.post('/api/tokens', { name: 'live entry', role: 'viewer', reason: 'shown live' })
    await page.getByRole('cell', { name: 'shown live' }).waitFor()
  })

  it('a new token works until it is revoked', async () => {
    await page.goto(`${app.url}/admin/tokens`)
    await page.getByLabel('Name').fill('dashboards')
    await page.getByRole('button', { name: 'Create token' }).click()
    const secret = (await page.locator('.secret code').textContent()) ?? ''
    const request = () => fetch(`${app.url}/api/queues`, { headers: { authorization: `Bearer ${secret}` } })
    expect((await request()).status).toBe(200)
    const row = page.getByRole('row', { name: /dashboards/ })
    await row.getByRole('button', { name: 'Revoke' }).click()
    await row.getByLabel('Reason').fill('not used any more')
    await row.getByRole('button', { name: 'Revoke dashboards' }).click()
    await row.waitFor({ state: 'detached' })
    expect((await request()).status).toBe(401)
  })

  it('a preview of retention counts what a sweep would delete', async () => {
    await page.goto(`${app.url}/admin/retention`)
    await page.getByRole('button', { name: 'Preview', exact: true }).click()
    await page.getByRole('link', { name: 'View job' }).click()
    await page.locator('.summary .is-completed').waitFor()
    await page.goBack()
    await page.getByText('to delete').first().waitFor()
  })
})
