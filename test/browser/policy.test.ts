import type { Browser, Page } from 'playwright-core'
import { PAGES } from '../../src/contract/pages'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

const ID = '01a1fe47-fadb-7286-a422-db8d90ee84c1'
const addresses = [...PAGES.map(page => page.path.replace(':id', ID)), '/nowhere', '/api/docs', '/admin/queues/']

describeInBrowser('the content security policy', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor

  beforeAll(async () => {
    ;({ app, browser } = await startStage({ TAILRACE_ROLE: 'web' }))
    visitor = await visit(browser, app.url)
    await signIn(visitor, app)
  })

  it('allows only scripts from this origin on every page, and no page violates it', async () => {
    const { page, errors, foreign } = visitor
    for (const address of addresses) {
      const answer = await page.goto(app.url + address, { waitUntil: 'load' })
      const scripts = directive(answer?.headers()['content-security-policy'], 'script-src')
      expect([address, scripts]).toEqual([address, "'self'"])
      expect([address, errors, foreign]).toEqual([address, [], []])
      expect([address, await tryInline(page)]).toEqual([address, ['script-src-attr', 'script-src-elem']])
      await eventually(() => errors.length === 2, 'the browser reports both attempts')
      errors.length = 0
    }
  })
})

const directive = (policy = '', name: string) =>
  policy
    .split(';')
    .map(part => part.trim().split(/ (.*)/))
    .find(([key]) => key === name)?.[1]

/** @returns the directives that blocked an inline script and an inline handler; `ran` for one that was not blocked */
const tryInline = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>(resolve => {
        const seen: string[] = []
        const record = (what: string) => {
          seen.push(what)
          if (seen.length === 2) resolve(seen.sort())
        }
        document.addEventListener('securitypolicyviolation', event => record(event.effectiveDirective))
        document.addEventListener('inline-ran', () => record('ran'))
        const script = document.createElement('script')
        script.textContent = "document.dispatchEvent(new Event('inline-ran'))"
        document.body.append(script)
        const button = document.createElement('button')
        button.setAttribute('onclick', "document.dispatchEvent(new Event('inline-ran'))")
        document.body.append(button)
        button.click()
      }),
  )
