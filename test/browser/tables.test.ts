import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, painted, signIn, startStage, type Visitor, visit } from './browser'

/** As long as names may be, without a place to break the line. */
const LONG = 'W'.repeat(200)
const WIDTHS_PX = [390, 1_000, 1_400] as const

describeInBrowser('tables', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  let page: Page
  let host: string
  let query: string

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    await fillWithLongNames()
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/jobs')
  })
  afterEach(() => {
    expect(visitor.errors).toEqual([])
  })

  async function post<T>(path: string, body: unknown): Promise<T> {
    const answer = await app.post(path, body)
    expect([path, answer.ok]).toEqual([path, true])
    return (await answer.json()) as T
  }

  /** Enrolls a host and answers all that it is asked. */
  async function enroll(secret: string) {
    const agent = async (path: string, body: unknown) =>
      (await (await app.post(`/osquery/${path}`, body)).json()) as { node_key: string; queries?: object }
    const { node_key } = await agent('enroll', {
      enroll_secret: secret,
      host_identifier: LONG,
      platform_type: '9',
      host_details: {
        os_version: { name: LONG, platform: 'debian', version: '12' },
        osquery_info: { version: '5.12.1' },
        system_info: { hostname: LONG, cpu_brand: LONG, hardware_vendor: LONG },
      },
    })
    return async () => {
      const { queries = {} } = await agent('distributed_read', { node_key })
      const names = Object.keys(queries)
      const rows = [{ path: LONG, size: '17', user: 'root' }]
      await agent('distributed_write', {
        node_key,
        queries: Object.fromEntries(names.map(name => [name, rows])),
        statuses: Object.fromEntries(names.map(name => [name, 0])),
      })
    }
  }

  async function fillWithLongNames() {
    const url = `http://127.0.0.1:9/${LONG}`
    await post('/api/jobs', { kind: 'health-check', input: { url } })
    await post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'x'.repeat(60), lines: 1, fail_rate: 1 }] } })
    const { secret } = await post<{ secret: string }>('/api/enroll-secrets', { name: LONG })
    const answer = await enroll(secret)
    const { items } = (await (await app.get('/api/hosts')).json()) as { items: Array<{ id: string }> }
    host = items[0]?.id ?? ''
    const { id } = await post<{ id: string }>('/api/labels', { name: 'L'.repeat(100), description: LONG })
    await post(`/api/labels/${id}/hosts`, { add: [host] })
    const sql = `select '${LONG}' as ${LONG}`
    await post('/api/saved-queries', { name: 'Q'.repeat(100), sql, description: LONG })
    const content = JSON.stringify({ queries: { [LONG]: { query: sql, interval: 60, description: LONG } } })
    await post('/api/packs/import', { name: 'P'.repeat(100), content })
    await post('/api/tokens', { name: LONG, role: 'viewer', reason: LONG })
    await post('/api/members', { name: LONG, email: `${'e'.repeat(60)}@example.org`, role: 'viewer', reason: LONG })
    query = (await post<{ query: { id: string } }>('/api/queries', { sql, targets: { all: true } })).query.id
    await answer()
  }

  const PAGES: Array<[path: () => string, ready: string]> = [
    [() => '/', '.queue-card'],
    [() => '/jobs', '.job-row'],
    [() => '/errors', '.error-row'],
    [() => '/queues?name=demo', '.chart canvas'],
    [() => '/workers', '.page'],
    [() => '/hosts', '.host-row'],
    [() => `/hosts/${host}`, '.vital'],
    [() => `/hosts/${host}?tab=history`, '.host-query'],
    [() => `/hosts/${host}?tab=labels`, '.host-labels-tab'],
    [() => '/queries', '.query-row'],
    [() => `/queries/${query}`, '.grid tbody td a'],
    [() => `/queries/${query}?view=hosts`, '.target'],
    [() => `/queries/${query}?view=values&column=path`, '.value'],
    [() => '/queries/new?all=1', '.targets-picker'],
    [() => '/hosts/saved-queries', 'td'],
    [() => '/hosts/packs', '.pack'],
    [() => '/hosts/labels', 'td'],
    [() => '/hosts/files', '.empty'],
    [() => '/admin/enroll-secrets', 'td'],
    [() => '/admin/members', 'td'],
    [() => '/admin/tokens', 'td'],
    [() => '/admin/audit', 'td'],
    [() => '/admin/retention', 'td'],
    [() => '/settings', 'td'],
  ]

  it('no page is wider than its window, however long its names are', async () => {
    const wide: string[] = []
    for (const [path, ready] of PAGES) {
      await page.setViewportSize({ width: WIDTHS_PX[0], height: 800 })
      await page.goto(app.url + path())
      await page.locator(ready).first().waitFor()
      for (const width of WIDTHS_PX) {
        await page.setViewportSize({ width, height: 800 })
        await painted(page)
        const { scrollWidth, outside } = await page.evaluate(outsideOfWindow)
        if (scrollWidth > width || outside.length > 0)
          wide.push(`${path()} at ${width} px: ${scrollWidth} px ${outside.join(' ')}`)
      }
    }
    expect(wide).toEqual([])
  })

  it('rows are 32 px high and numbers are aligned to the right', async () => {
    await page.setViewportSize({ width: 1_400, height: 800 })
    for (const [path, row] of [
      ['/jobs', '.job-line'],
      ['/hosts', '.host-row'],
      ['/queries', '.query-row'],
      [`/queries/${query}`, '.grid tbody tr'],
      ['/admin/tokens', 'tbody tr'],
    ] as const) {
      await page.goto(app.url + path)
      await page.locator(row).first().waitFor()
      const heights = await page.locator(row).evaluateAll(all => all.map(each => each.getBoundingClientRect().height))
      for (const height of heights) expect([path, Math.round(height - 0.5)]).toEqual([path, 32])
    }
    await page.goto(`${app.url}/queries/${query}`)
    const cell = page.locator('.grid tbody td', { hasText: /^17$/ })
    await cell.waitFor()
    expect(await cell.evaluate(each => getComputedStyle(each).textAlign)).toBe('right')
  })

  it.each([
    ['/jobs', 'Kind', '.job-row', '.job-row .job-kind'],
    ['/queries', 'Targets', '.query-row', '.query-row .query-targets'],
    ['/hosts', 'System', '.host-row', '.host-row .host-system'],
    ['results', 'user', '.grid tbody tr', '.grid tbody td:nth-child(4)'],
  ])('columns of %s are hidden, resized, remembered and reset', async (name, column, row, cell) => {
    const path = name === 'results' ? `/queries/${query}` : name
    await page.setViewportSize({ width: 1_400, height: 800 })
    await page.goto(app.url + path)
    await page.locator(row).first().waitFor()
    const widthPx = async () => (await page.locator(cell).first().boundingBox())?.width ?? 0
    const before = await widthPx()

    const handle = page.getByRole('separator', { name: `Resize ${column}` })
    await handle.focus()
    const key = name === 'results' ? 'ArrowRight' : 'ArrowLeft'
    await page.keyboard.press(key)
    await page.keyboard.press(key)
    const hasGrownBy = (px: number) =>
      eventually(async () => Math.round((await widthPx()) - before) === px, `the column is ${px} px wider`)
    await hasGrownBy(32)
    const box = await handle.boundingBox()
    if (!box) throw new Error('The handle is not visible.')
    await page.mouse.move(box.x + 5, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + (name === 'results' ? 25 : -15), box.y + 10, { steps: 4 })
    await page.mouse.up()
    await hasGrownBy(52)
    await page.reload()
    await page.locator(row).first().waitFor()
    await hasGrownBy(52)

    await page.locator('summary', { hasText: 'Columns' }).click()
    await page.getByRole('checkbox', { name: column, exact: true }).uncheck()
    await handle.waitFor({ state: 'detached' })
    await page.reload()
    await page.locator(row).first().waitFor()
    await handle.waitFor({ state: 'detached' })

    await page.locator('summary', { hasText: 'Columns' }).click()
    await page.getByRole('button', { name: 'Reset columns' }).click()
    await handle.waitFor()
    await hasGrownBy(0)
  })

  it.each([
    ['/jobs', '.columns-head'],
    ['/queries', '.columns-head'],
    ['/hosts', '.hosts thead'],
    ['/admin/audit', 'thead'],
  ])('the heading of %s sticks to the window', async (path, head) => {
    await page.setViewportSize({ width: 1_400, height: 260 })
    await page.goto(app.url + path)
    await page.locator(head).waitFor()
    await page.evaluate(() => document.body.style.setProperty('padding-bottom', '2000px'))
    const list = page.locator(head).locator('..')
    await list.evaluate(element => element.style.setProperty('min-height', '1500px'))
    await page.evaluate(() => scrollTo(0, 900))
    await eventually(async () => (await page.locator(head).boundingBox())?.y === 0, 'the heading is at the top')
  })
})

/** The width of the page, and what is out of reach: outside of the window and in nothing that scrolls. */
function outsideOfWindow() {
  const isReachable = (element: Element | null): boolean => {
    if (element === null) return false
    const { overflowX, textOverflow } = getComputedStyle(element)
    const isCut = textOverflow === 'ellipsis' && overflowX !== 'visible'
    return isCut || overflowX === 'auto' || overflowX === 'scroll' || isReachable(element.parentElement)
  }
  const outside = [...document.querySelectorAll('main *')].filter(
    element => element.getBoundingClientRect().right > innerWidth + 1 && !isReachable(element.parentElement),
  )
  const names = outside
    .filter(element => !(element instanceof SVGElement))
    .map(element => `${element.tagName}.${element.className}`)
  return { scrollWidth: document.documentElement.scrollWidth, outside: [...new Set(names)].slice(0, 5) }
}
