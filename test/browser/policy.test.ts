import type { Browser, Page } from 'playwright-core'
import { PAGES, RESERVED_PATHS } from '../../src/contract/pages'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { describeInBrowser, startBrowser, type Visitor, visit } from './browser'

const ID = '01a1fe47-fadb-7286-a422-db8d90ee84c1'
const addresses = [
  ...[...PAGES.map(page => page.path), ...RESERVED_PATHS].map(path => path.replace(':id', ID)),
  '/nowhere',
  '/api/docs',
  '/admin/queues/',
]

describeInBrowser('the content security policy', () => {
  let browser: Browser
  let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp
  let visitor: Visitor

  beforeAll(async () => {
    ;[browser, apps] = await Promise.all([startBrowser(), appsOnFreshParts()])
    app = await apps.start({ TAILRACE_ROLE: 'web' })
    visitor = await visit(browser, app.url)
    await visitor.page.goto(await app.app.access.createSignInLink(app.url))
    await visitor.page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
  })
  afterAll(async () => {
    await browser?.close()
    await apps?.stop()
  })

  it('lets no page run a script that does not come from here, and none needs one', async () => {
    const { page, complaints, foreign } = visitor
    for (const address of addresses) {
      const answer = await page.goto(app.url + address, { waitUntil: 'load' })
      const scripts = directive(answer?.headers()['content-security-policy'], 'script-src')
      expect([address, scripts]).toEqual([address, "'self'"])
      expect([address, complaints, foreign]).toEqual([address, [], []])
      expect([address, await tryInline(page)]).toEqual([address, ['script-src-attr', 'script-src-elem']])
      complaints.length = 0 // of what was just tried
    }
  })
})

const directive = (policy = '', name: string) =>
  policy
    .split(';')
    .map(part => part.trim().split(/ (.*)/))
    .find(([key]) => key === name)?.[1]

/** @returns by which directives an inline script and an inline handler were refused; `ran` where one was not */
const tryInline = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>(resolve => {
        const seen: string[] = []
        const see = (what: string) => {
          seen.push(what)
          if (seen.length === 2) resolve(seen.sort())
        }
        document.addEventListener('securitypolicyviolation', event => see(event.effectiveDirective))
        document.addEventListener('inline-ran', () => see('ran'))
        const script = document.createElement('script')
        script.textContent = "document.dispatchEvent(new Event('inline-ran'))"
        document.body.append(script)
        const button = document.createElement('button')
        button.setAttribute('onclick', "document.dispatchEvent(new Event('inline-ran'))")
        document.body.append(button)
        button.click()
      }),
  )
