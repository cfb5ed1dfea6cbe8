import type { Browser } from 'playwright-core'
import type { TestApp } from '../support/app'
import { confirm, describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

describeInBrowser('saved views', () => {
  let browser: Browser
  let app: TestApp
  const visitors: Visitor[] = []

  beforeAll(async () => {
    ;({ app, browser } = await startStage({ TAILRACE_ROLE: 'web' }))
  })
  afterEach(async () => {
    const all = visitors.splice(0)
    await Promise.all(all.map(({ context }) => context.close()))
    expect(all.flatMap(({ errors }) => errors)).toEqual([])
  })

  async function visitor() {
    const added = await visit(browser, app.url)
    visitors.push(added)
    return added
  }

  async function signedInAs(role: string, path: string) {
    const made = await app.post('/api/tokens', { name: `views ${role}`, role })
    const { secret } = (await made.json()) as { secret: string }
    const { page } = await visitor()
    await page.goto(`${app.url}/sign-in?next=${encodeURIComponent(path)}`)
    await page.getByLabel('Token').fill(secret)
    await page.getByRole('button', { name: 'Sign in' }).click()
    return page
  }

  it.each([
    ['/jobs', 'failed', '?status=failed'],
    ['/hosts', 'offline', '?status=offline'],
    ['/queries', 'cancelled', '?status=cancelled'],
  ])('a view of %s is shared with others, who cannot change it', async (path, filter, search) => {
    const owner = await visitor()
    if (path === '/hosts') await app.app.db('hosts').insert(HOST)
    await signIn(owner, app, path)
    const { page } = owner
    await page.getByRole('button', { name: filter }).first().click()
    await page.waitForURL(`**${path}${search}`)
    await page.getByRole('button', { name: 'Save view' }).click()
    await page.getByLabel('View name').fill('Ours')
    await page.getByLabel('share', { exact: true }).check()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Ours' }).waitFor()

    const other = await signedInAs('viewer', path)
    await other.getByRole('link', { name: 'Ours' }).click()
    await other.waitForURL(`**${path}${search}`)
    expect(await other.locator('.view-menu').count()).toBe(0)

    await page.locator('.view-menu summary').click()
    await page.getByRole('button', { name: 'Stop sharing' }).click()
    await confirm(page, 'not for everybody')
    await page.locator('.view[title="Ours"]').waitFor()
    await other.reload()
    await other.getByRole('navigation', { name: 'Views' }).waitFor()
    await other.locator('.view').waitFor({ state: 'detached' })
    await page.locator('.view-menu summary').click()
    await page.getByRole('button', { name: 'Delete view' }).click()
    await page.getByText('Nobody else has this view.').waitFor()
    await confirm(page, 'not needed')
    await page.getByRole('link', { name: 'Ours' }).waitFor({ state: 'detached' })
  })

  it('views that the browser kept are moved to the server once', async () => {
    const owner = await visitor()
    await signIn(owner, app, '/settings')
    const { page } = owner
    const stored = [{ name: 'Old', search: '?status=failed&kind=demo' }, { name: 7 }, { name: 'Bad', search: 'x' }]
    await page.evaluate(text => localStorage.setItem('tailrace.views', text), JSON.stringify(stored))
    await page.goto(`${app.url}/jobs`)
    await page.getByRole('link', { name: 'Old' }).click()
    await page.waitForURL('**/jobs?status=failed&kind=demo')
    await page.waitForFunction(() => localStorage.getItem('tailrace.views') === null)
    const elsewhere = await visitor()
    await signIn(elsewhere, app, '/jobs')
    await elsewhere.page.getByRole('link', { name: 'Old' }).waitFor()
    expect(await elsewhere.page.getByRole('link', { name: 'Bad' }).count()).toBe(0)
  })
})

const HOST = {
  id: '00000000-0000-7000-8000-0000000000aa',
  tenant_id: '00000000-0000-7000-8000-000000000001',
  host_identifier: 'one',
  node_key_hash: 'one',
}
