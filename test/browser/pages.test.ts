import type { Browser, Page, Route } from 'playwright-core'
import type { TestApp } from '../support/app'
import { closeSites, httpSite } from '../support/sites'
import { describeInBrowser, openAnother, type Stage, signIn, startStage, type Visitor, visit } from './browser'

const LINES = 100_000

describeInBrowser('pages', () => {
  let browser: Browser
  let apps: Stage['apps']
  let app: TestApp
  let visitor: Visitor
  const others: Visitor[] = []

  beforeAll(async () => {
    ;({ app, apps, browser } = await startStage())
    visitor = await visit(browser, app.url)
    await signIn(visitor, app)
  })
  afterEach(async () => {
    const all = [visitor, ...others]
    await Promise.all(others.splice(0).map(({ context }) => context.close()))
    await closeSites()
    expect(all.flatMap(({ errors }) => errors.splice(0))).toEqual([])
    expect(all.flatMap(({ foreign }) => foreign.splice(0))).toEqual([])
  })

  async function open(path = '/queue'): Promise<Page> {
    const page = await openAnother(visitor)
    await page.goto(app.url + path)
    return page
  }

  async function anotherVisitor(url = app.url): Promise<Visitor> {
    const other = await visit(browser, url)
    others.push(other)
    return other
  }

  async function startDemo(step: Record<string, unknown>): Promise<string> {
    const response = await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'load', ...step }] } })
    const { job } = (await response.json()) as { job: { id: string } }
    return job.id
  }

  const row = (page: Page, line: number) => page.locator(`.log-row[data-line="${line}"]`)

  it('sign in by a one-time link and remove its code from the URL', async () => {
    const { page } = await anotherVisitor()
    await page.goto(await app.app.access.createSignInLink(app.url))
    await page.waitForURL('**/set-password?**')
    await page.getByRole('link', { name: 'Not now' }).click()
    await page.waitForURL(`${app.url}/`)
    await page.getByText('All systems operational').waitFor()
    await page.locator('.account summary').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto(`${app.url}/jobs/x`)
    await page.waitForURL('**/sign-in?next=**')
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Token').fill(app.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/jobs/x')
  })

  it('show a health check live in two browsers', async () => {
    const site = await httpSite((_request, answer) => void answer.end('fine'))
    const other = await anotherVisitor()
    await signIn(other, app, '/queue')
    const [first, second] = [await open(), other.page]
    await first.getByRole('button', { name: 'Run job' }).click()
    await first.getByLabel('URL').fill(site.url('/health').replace('http://', ''))
    await first.getByRole('button', { name: 'Check', exact: true }).click()
    await first.locator('.log-message', { hasText: 'up: 200' }).waitFor()

    const listed = second.locator('.job-row', { hasText: site.url('/health') })
    await listed.locator('.status.is-completed').waitFor()
    await listed.getByRole('button', { expanded: false }).click()
    await listed.locator('.log-message', { hasText: 'up: 200' }).waitFor()

    await second.getByRole('link', { name: site.url('/health') }).click()
    await second.locator('.check-verdict', { hasText: 'up' }).waitFor()
    await second.locator('.phase').nth(4).waitFor()
    expect(await second.locator('.phase').count()).toBe(5)
    await second.getByRole('link', { name: 'Timeline' }).click()
    await second.locator('.step.is-completed').nth(2).waitFor()
  })

  it('show the lines of running jobs on the queue page, over one connection', async () => {
    const page = await open()
    const streams: string[] = []
    page.on('request', request => {
      if (request.url().includes('/stream')) streams.push(request.url())
    })
    const ids = await Promise.all([1, 2].map(() => startDemo({ workers: 1, lines: 60, interval_ms: 20 })))
    for (const id of ids) await page.locator(`[data-job="${id}"] .fold`).click()
    for (const id of ids) await page.locator(`[data-job="${id}"] .log-row[data-line="60"]`).waitFor()
    const last = new URL(streams.at(-1) ?? '')
    expect(last.searchParams.getAll('topic')).toEqual(['events', ...ids.map(id => `job:${id}`).sort()])
  })

  it('show any line of a long log with few elements', async () => {
    const id = await startDemo({ workers: 1, lines: LINES })
    const page = await open(`/jobs/${id}`)
    await page.locator('.summary .is-completed').waitFor()
    await row(page, LINES).waitFor()
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
    expect(await elements()).toBeLessThan(1_500)

    await page.goto(`${app.url}/jobs/${id}#L50000`)
    await page.reload()
    await page.locator('.log-row.is-selected[data-line="50000"]').waitFor()
    await page.locator('.log-rows').hover()
    for (let turn = 0; turn < 20; turn++) await page.mouse.wheel(0, -4_000)
    await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.log-row')?.dataset.line) < 49_000)
    expect(await elements()).toBeLessThan(1_500)

    await page.getByRole('button', { name: 'Follow', exact: true }).click()
    await row(page, LINES).waitFor()
  })

  it('search and filter a log and stop following it', async () => {
    const id = await startDemo({ workers: 1, lines: 3_000 })
    const page = await open(`/jobs/${id}`)
    await row(page, 3_000).waitFor()
    await page.keyboard.press('/')
    await page.getByLabel('Search lines').fill('no line says this')
    await page.getByText('no matches').waitFor()
    await page.getByLabel('Search lines').fill('line')
    await page.keyboard.press('Enter')
    await page.locator('.log-row.is-selected .match').first().waitFor()
    await page.getByRole('button', { name: 'Follow', exact: true }).waitFor()
    await page.getByLabel('Level').selectOption('error')
    await page.getByText('No lines match').waitFor()
  })

  it('fall back to WebSocket when streams are blocked, and to polling when both are', async () => {
    const id = await startDemo({ workers: 1, lines: 50 })
    for (const [transport, isBlocked] of [
      ['websocket', false],
      ['poll', true],
    ] as const) {
      const page = await openAnother(visitor)
      await page.route(/\/api\/.*stream(\?|$|\/events)/, route => route.fulfill({ status: 502 }))
      if (isBlocked) await page.routeWebSocket(/ws\/stream/, socket => socket.close())
      await page.goto(`${app.url}/jobs/${id}`)
      await page.locator('.sidebar .live', { hasText: `Live (${transport})` }).waitFor()
      await row(page, 50).waitFor()
    }
  })

  it('show lines that arrived before their log was rendered', async () => {
    const id = await startDemo({ workers: 1, lines: 20 })
    const page = await open()
    const reply = delayed()
    await page.route(`**/api/jobs/${id}`, reply.hold)
    const streamed = page.waitForResponse(response => response.url().includes(`topic=job%3A${id}`))
    await page.goto(`${app.url}/jobs/${id}`)
    await streamed
    await page.locator('.sidebar .live.is-live').waitFor()
    reply.release()
    await row(page, 20).waitFor()
    await page.getByRole('link', { name: 'Jobs', exact: true }).first().click()
    await page.locator(`[data-job="${id}"] .fold`).click()
    await row(page, 20).waitFor()
    await page.locator(`[data-job="${id}"]`).getByRole('link').first().click()
    await page.waitForURL(`**/jobs/${id}`)
    await row(page, 20).waitFor()
  })

  it('pause a queue with a reason', async () => {
    const page = await open('/queues?name=demo')
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByLabel('Reason').fill('night')
    await page.getByRole('button', { name: 'Pause demo' }).click()
    await page.locator('.queue-detail', { hasText: 'night' }).waitFor()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByLabel('Reason').fill('day')
    await page.getByRole('button', { name: 'Resume demo' }).click()
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
  })

  it('cancel and retry a job with a reason', async () => {
    const id = await startDemo({ workers: 1, lines: 2_000, interval_ms: 20 })
    const page = await open(`/jobs/${id}`)
    await page.locator('.summary .is-running').waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByLabel('Reason').fill('wrong input')
    await page.getByRole('button', { name: 'Cancel job' }).click()
    await page.locator('.notice', { hasText: 'wrong input' }).waitFor()
    await page.locator('.summary .is-cancelled').waitFor()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.getByLabel('Reason').fill('fixed')
    await page.getByRole('button', { name: 'Retry job' }).click()
    await page.locator('.summary .is-running').waitFor()
    await page.locator('.log-message', { hasText: 'Retried' }).waitFor({ state: 'attached' })
    await app.post(`/api/jobs/${id}/cancel`, { reason: 'test is over' })
    await page.locator('.notice', { hasText: 'test is over' }).waitFor()
  })

  it('show that they reconnect, and then show no line twice', async () => {
    const port = new URL(app.url).port
    const own = await apps.start({ TAILRACE_ROLE: 'web' }) // the job runs in the other one, which goes on
    const { port: ownPort } = new URL(own.url)
    expect(ownPort).not.toBe(port)
    const other = await anotherVisitor(own.url)
    const { page } = other
    await signIn(other, own)
    const id = await startDemo({ workers: 1, lines: 400, interval_ms: 25 })
    await page.goto(`${own.url}/jobs/${id}`)
    await page.locator('.sidebar .live.is-live').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.log-row').length > 5)
    await page.evaluate(recordDuplicates)
    await own.stop()
    await page.locator('.sidebar .live.is-waiting').waitFor()
    const again = await apps.start({ TAILRACE_ROLE: 'web', PORT: ownPort })
    await page.locator('.sidebar .live.is-live').waitFor()
    await page.locator('.summary .is-completed').waitFor()
    await row(page, 400).waitFor()
    expect(await page.evaluate(duplicates)).toEqual([])
    await again.stop()
  })
})

/** Delays requests until they are released. */
function delayed() {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  return { release, hold: (route: Route) => released.then(() => route.continue()) }
}

/** Runs in the page: starts recording lines that have two rows. */
function recordDuplicates() {
  const twice: string[] = []
  Object.assign(globalThis, { twice })
  new MutationObserver(() => {
    const lines = [...document.querySelectorAll<HTMLElement>('.log-row[data-line]')].map(
      each => each.dataset.line ?? '',
    )
    twice.push(...lines.filter((line, at) => lines.indexOf(line) !== at))
  }).observe(document.body, { childList: true, subtree: true })
}

function duplicates() {
  return (globalThis as unknown as { twice: string[] }).twice
}
