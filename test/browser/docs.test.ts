import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { violationsIn } from './axe'
import { describeInBrowser, startStage, type Visitor, visit } from './browser'

describeInBrowser('the documentation of the API', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page
  const asked: string[] = []

  beforeAll(async () => {
    ;({ app, browser } = await startStage({ TAILRACE_ROLE: 'web' }))
    visitor = await visit(browser, app.url)
    page = visitor.page
    page.on('request', request => asked.push(request.url()))
    await page.goto(`${app.url}/api/docs`)
    await page.getByRole('heading', { name: 'Tailrace', exact: false }).first().waitFor()
  })
  /** Nothing is loaded from elsewhere, and no policy is broken. */
  const expectNoComplaints = () => expect([visitor.errors, visitor.foreign]).toEqual([[], []])

  it('groups endpoints by noun', async () => {
    await page
      .locator('h2')
      .filter({ hasText: /^Jobs$/ })
      .first()
      .waitFor()
    await page.locator('[role=menuitem]', { hasText: 'Enroll secrets' }).first().waitFor()
    expectNoComplaints()
  })

  it('shows a curl command for this server', async () => {
    const sample = page
      .locator('pre, code')
      .filter({ hasText: `curl "${app.url}/api/jobs"` })
      .first()
    await sample.waitFor()
    expect(await sample.textContent()).toContain('Authorization: Bearer $TOKEN')
    expectNoComplaints()
  })

  it('is searched', async () => {
    await page
      .getByRole('textbox', { name: /search/i })
      .or(page.getByPlaceholder(/search/i))
      .first()
      .fill('retention')
    await page
      .locator('[data-role="search:results"]')
      .getByText(/retention/i)
      .first()
      .waitFor()
    expectNoComplaints()
  })

  describe('with the endpoints of jobs only', () => {
    // all of them take a browser seconds to show and axe a minute to look at, and all look alike
    beforeAll(() =>
      page.route('**/api/openapi.json', async route => {
        const document = (await (await route.fetch()).json()) as { paths: Record<string, unknown> }
        const paths = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/jobs'))
        await route.fulfill({ json: { ...document, paths: Object.fromEntries(paths) } })
      }),
    )

    it.each([
      ['the chosen theme', 'dark', 'light', 'rgb(14, 18, 20)'],
      ['the system without one', 'auto', 'dark', 'rgb(14, 18, 20)'],
      ['the chosen theme', 'light', 'dark', 'rgb(255, 255, 255)'],
    ] as const)(
      'is in the colors of %s: %s on a %s system, without serious violations of accessibility',
      async (_, theme, colorScheme, background) => {
        await page.evaluate(chosen => localStorage.setItem('tailrace.theme', chosen), theme)
        await page.emulateMedia({ colorScheme })
        await page.reload()
        const heading = page.getByRole('heading', { name: 'Tailrace', exact: false }).first()
        await heading.waitFor()
        await page.locator('[data-section-id^="operation/"]').first().waitFor()
        expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(background)
        const [red = 0] =
          (await heading.evaluate(element => getComputedStyle(element).color)).match(/\d+/g)?.map(Number) ?? []
        expect(red > 128).toBe(background === 'rgb(14, 18, 20)') // light text on dark
        expect(await violationsIn(page)).toEqual([])
        expectNoComplaints()
      },
    )
  })

  it('loads its viewer on no other page', async () => {
    expect(asked.some(url => /\/redoc-\w+\.js$/.test(url))).toBe(true)
    asked.length = 0
    await page.goto(`${app.url}/sign-in`)
    await page.getByRole('button', { name: 'Sign in' }).first().waitFor()
    expect(asked.filter(url => /redoc|docs/.test(url))).toEqual([])
  })
})
