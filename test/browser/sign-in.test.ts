import type { Browser } from 'playwright-core'
import type { TestApp } from '../support/app'
import { describeInBrowser, startStage, visit } from './browser'

describeInBrowser('signing in', () => {
  let browser: Browser
  let app: TestApp

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
  })

  async function urlAfterSignIn(next: string): Promise<string> {
    const { context, page } = await visit(browser, app.url)
    // A redirect to another origin is blocked, so that it is never contacted.
    await context.route(
      url => url.origin !== app.url,
      route => route.abort(),
    )
    await page.goto(`${app.url}/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('Token').fill(app.token)
    const left = page
      .waitForRequest(request => new URL(request.url()).origin !== app.url)
      .then(request => request.url())
    const stayed = page.waitForURL(url => !url.pathname.startsWith('/sign-in')).then(() => page.url())
    await page.locator('form button[type=submit]').click()
    const address = await Promise.race([left, stayed])
    left.catch(() => undefined)
    stayed.catch(() => undefined)
    await context.close()
    return address
  }

  it.each(['/\t/evil.example', '/\n\\evil.example', '//evil.example', 'https://evil.example/'])(
    'ignores a link to another origin: %j',
    async next => {
      expect(await urlAfterSignIn(next)).toBe(`${app.url}/`)
    },
  )

  it('does not trim passwords', async () => {
    const password = ' twelve blanks '
    const answer = await app.post('/api/members', { email: 'eve@example.org', name: 'Eve', role: 'viewer' })
    const { link } = (await answer.json()) as { link: string }
    const { context, page } = await visit(browser, app.url)
    await page.goto(link)
    await page.waitForURL('**/set-password?**')
    expect(await page.getByLabel('Current password').count()).toBe(0)
    await page.getByLabel('New password').fill(password)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.waitForURL(`${app.url}/`)
    await page.goto(`${app.url}/settings`)
    await page.getByLabel('Current password').waitFor()
    await context.clearCookies()
    await page.goto(`${app.url}/sign-in`)
    await page.getByRole('tab', { name: 'Email' }).click()
    await page.getByLabel('Email').fill('eve@example.org')
    await page.getByLabel('Password').fill(password)
    await page.locator('form button[type=submit]').click()
    await page.waitForURL(`${app.url}/`)
    await context.close()
  })

  it('goes to the requested page, also outside the app', async () => {
    expect(await urlAfterSignIn('/queue?status=failed')).toBe(`${app.url}/queue?status=failed`)
    expect(await urlAfterSignIn('/api/docs')).toBe(`${app.url}/api/docs`)
    expect(await urlAfterSignIn('/.//evil.example')).toBe(`${app.url}//evil.example`)
  })
})
