import type { Browser, Page } from 'playwright-core'
import { PAGES } from '../../src/contract/pages'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('what a viewer sees', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'load', lines: 1 }] } })
    for (const path of ['/api/labels', '/api/packs']) await app.post(path, { name: 'one' })
    await app.post('/api/saved-queries', { name: 'one', sql: 'select 1' })
    const made = await app.post('/api/tokens', { name: 'viewer', role: 'viewer' })
    const { secret } = (await made.json()) as { secret: string }
    visitor = await visit(browser, app.url)
    page = visitor.page
    await page.goto(`${app.url}/sign-in`)
    await page.getByLabel('Token').fill(secret)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${app.url}/`)
  })
  afterAll(async () => {
    expect(visitor.errors).toEqual([])
  })

  const ALLOWED = PAGES.filter(({ path }) => !path.includes(':')).filter(
    each => !('role' in each) && !('isPublic' in each),
  )

  it.each(ALLOWED.map(({ path }) => path))('%s offers nothing that is refused', async path => {
    const refused: string[] = []
    const onResponse = (response: { status(): number; url(): string }) => {
      if (response.status() === 403) refused.push(response.url())
    }
    page.on('response', onResponse)
    await page.goto(app.url + path)
    await page.locator('.account-name', { hasText: 'viewer' }).waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForFunction(() => document.querySelector('.is-loading, [aria-busy="true"]') === null)
    page.off('response', onResponse)
    expect(refused).toEqual([])
    expect(await page.locator('main .failure').allTextContents()).toEqual([])
    const CHANGES =
      /^(Run |New|Add|Create |Delete|Edit|Import|Enable|Disable|Pause|Resume|Cancel|Retry|Remove|Sweep|Request)/
    expect(await page.locator('main').getByRole('button', { name: CHANGES }).allTextContents()).toEqual([])
    expect(await page.locator('main').getByRole('link', { name: CHANGES }).allTextContents()).toEqual([])
    expect(await page.locator('main input.pick').count()).toBe(0)
  })

  it.each(PAGES.filter(each => 'role' in each && !each.path.includes(':')).map(({ path }) => path))(
    '%s is refused as a page or is shown to whoever runs the installation',
    async path => {
      await page.goto(app.url + path)
      await page.locator('.account-name', { hasText: 'viewer' }).waitFor()
      const isOfInstallation = PAGES.some(each => each.path === path && 'role' in each && each.role === 'installation')
      if (!isOfInstallation) await page.locator('main').getByText('Not allowed').waitFor()
    },
  )

  it('a refusal of the server is a page in the look of the console, with a way back', async () => {
    const answer = await page.goto(`${app.url}/admin/queues`)
    expect([answer?.status(), answer?.headers()['content-type']]).toEqual([403, 'text/html; charset=utf-8'])
    await page.getByRole('heading', { name: 'Not allowed' }).waitFor()
    await page.getByText('requires the role operator').waitFor()
    expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('Geist')
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await page.locator('.account-name').waitFor()
    expect(await page.getByRole('link', { name: 'Bull Board' }).count()).toBe(0)
    const admin = await visit(browser, app.url)
    await signIn(admin, app, '/')
    await admin.page.getByRole('link', { name: 'Bull Board' }).click()
    await admin.page.waitForURL('**/admin/queues**')
    await admin.context.close()
  })
})
