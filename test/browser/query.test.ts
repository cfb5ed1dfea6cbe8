import type { Browser, Page } from 'playwright-core'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../fleet/osquery-agent'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, openAnother, signIn, startStage, type Visitor, visit } from './browser'

const ROWS_EACH = 25_000
const HOSTS = 8
/** Enough for a page with a few screens of rows. */
const ELEMENTS_MAX = 3_000

describeInBrowser('query pages', () => {
  let browser: Browser
  let app: TestApp
  let agents: OsqueryAgent[]
  let visitor: Visitor
  const others: Visitor[] = []

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    agents = await enrolled(app, HOSTS, 'web')
    visitor = await visit(browser, app.url)
    await signIn(visitor, app)
  })
  afterEach(async () => {
    const all = [visitor, ...others]
    await Promise.all(others.splice(0).map(({ context }) => context.close()))
    expect(all.flatMap(({ errors }) => errors.splice(0))).toEqual([])
    expect(all.flatMap(({ foreign }) => foreign.splice(0))).toEqual([])
  })

  async function open(path: string, prepare: (page: Page) => Promise<unknown> = async () => undefined) {
    const page = await openAnother(visitor)
    await prepare(page)
    await page.goto(app.url + path)
    return page
  }

  async function openElsewhere(path: string) {
    const other = await visit(browser, app.url)
    others.push(other)
    await signIn(other, app, path)
    return other.page
  }

  const agent = (at: number): OsqueryAgent => {
    const found = agents[at]
    if (!found) throw new Error(`There is no agent ${at}.`)
    return found
  }
  const idsOf = (some: OsqueryAgent[]) => Promise.all(some.map(each => hostIdOf(app, each)))
  const editor = (page: Page) => page.locator('.sql [contenteditable="true"]')
  const cells = (page: Page, text: string) => page.locator('.grid tbody td', { hasText: text })

  it('complete a query, run it, and show its rows live in two browsers', async () => {
    const page = await open('/queries')
    await page.getByText('No queries yet').waitFor()
    await page.keyboard.press('c')
    await editor(page).click()
    await page.keyboard.type('select name from os_v')
    await page.getByRole('option', { name: 'os_version' }).click() // the editor ignores Enter while the list is new
    await page.keyboard.type(' where n')
    await page.getByRole('option').filter({ hasText: /^name/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('1')
    await page.getByRole('button', { name: `all hosts ${HOSTS}` }).click()
    await page.waitForURL(url => url.searchParams.get('all') === '1' && url.searchParams.has('sql'))
    const list = await openElsewhere('/queries')

    await editor(page).click()
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/queries\/[0-9a-f-]{36}/)
    const id = new URL(page.url()).pathname.split('/')[2] ?? ''
    const other = await openElsewhere(`/queries/${id}`)
    const listed = list.locator(`[data-query="${id}"]`)
    await listed.getByText('select name from os_version where 1').waitFor()

    expect(await agent(0).next()).toEqual({ [id]: 'select name from os_version where 1' })
    await agent(0).write({ [id]: { rows: [{ name: 'Ubuntu' }, { name: 'Debian' }] } })
    for (const each of [page, other]) await cells(each, 'Debian').waitFor()
    await listed.getByText('2 rows').waitFor()
    await agent(1).next()
    await agent(1).write({ [id]: { rows: [{ name: 'Arch' }] } })
    for (const each of [page, other]) await cells(each, 'Arch').waitFor()
  })

  it('let the keyboard leave the editor, and work without it if it cannot be loaded', async () => {
    const page = await open('/queries/new')
    await editor(page).focus()
    await page.keyboard.press('Escape')
    expect(await editor(page).evaluate(element => element.getRootNode() === document)).toBe(false)
    await page.waitForFunction(() => document.activeElement?.classList.contains('sql'))
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.waitForFunction(() => document.activeElement?.textContent === 'Tables')

    const plain = await open('/queries/new?all=1', each =>
      each.route('**/chunks/code-mirror-*', route => route.abort()),
    )
    await plain.getByRole('textbox', { name: 'SQL' }).fill('select 1 as one')
    await plain.keyboard.press('Control+Enter')
    await plain.waitForURL(/\/queries\/[0-9a-f-]{36}/)
  })

  it('keep the keys that are typed while the editor is loading', async () => {
    let load: () => void = () => undefined
    const loading = new Promise<void>(resolve => (load = resolve))
    const page = await open('/queries', each =>
      each.route('**/chunks/code-mirror-*', async route => {
        await loading
        await route.continue()
      }),
    )
    await page.getByText('Live queries').first().waitFor()
    await page.keyboard.press('c')
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
    await page.keyboard.type('select 1')
    load()
    // While the code arrives, every key goes into the field or, once it is there, the editor.
    for (const key of ' as first_keys_of_a_query') await page.keyboard.press(key === ' ' ? 'Space' : key)
    await editor(page).waitFor()
    await page.waitForURL(url => url.searchParams.get('sql') === 'select 1 as first_keys_of_a_query')
    await editor(page).getByText('select 1 as first_keys_of_a_query', { exact: true }).waitFor()
  })

  it('show the hosts in each state and group errors', async () => {
    const some = agents.slice(2, 6)
    const query = await createQuery(app, { sql: 'select * from nope', targets: { host_ids: await idsOf(some) } })
    for (const each of some.slice(0, 3)) while (!(query.id in (await each.next())));
    const page = await open(`/queries/${query.id}`)
    const state = (name: string) => page.locator('.state-chips button', { hasText: name })
    await state('running').getByText('3').waitFor()
    await state('waiting').getByText('1').waitFor()
    await agent(2).write({ [query.id]: { rows: [] } })
    await agent(3).write({ [query.id]: { rows: [], status: 1, message: 'no such table: nope' } })
    await agent(4).write({ [query.id]: { rows: [], status: 1, message: 'distributed query is denylisted' } })
    for (const name of ['no rows', 'failed', 'denylisted', 'waiting']) await state(name).getByText('1').waitFor()

    await state('failed').click()
    await page.waitForURL('**/*view=hosts&state=failed')
    await page.locator('.target', { hasText: 'no such table: nope' }).waitFor()
    await eventually(async () => (await page.locator('.target').count()) === 1, 'only the host that failed is shown')
    await page.getByRole('button', { name: 'Errors' }).click()
    await page.locator('.error-row', { hasText: 'no such table: nope' }).waitFor()
    await page.locator('.error-row', { hasText: 'distributed query is denylisted' }).waitFor()

    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByLabel('Reason').fill('a typo')
    await page.getByRole('button', { name: 'Stop query' }).click()
    await page.locator('.query-facts .is-cancelled').waitFor()
    await page.getByRole('button', { name: 'Run again' }).click()
    await page.waitForURL(url => !url.pathname.includes(query.id))
    await page.locator('.query-facts .is-running').waitFor()
  })

  it('show hundreds of thousands of rows with few elements', async () => {
    const query = await createQuery(app, { sql: 'select * from many', targets: { host_ids: await idsOf(agents) } })
    for (const [at, each] of agents.entries()) {
      while (!(query.id in (await each.next())));
      await each.write({ [query.id]: { rows: rowsOf(at) } })
    }
    const total = (HOSTS * ROWS_EACH).toLocaleString('en')
    const page = await open(`/queries/${query.id}`)
    await page.locator('.results-count', { hasText: `${total} rows` }).waitFor()
    await cells(page, 'first of').first().waitFor()
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length)
    expect(await elements()).toBeLessThan(ELEMENTS_MAX)

    const grid = page.locator('.grid')
    await grid.evaluate(element => element.scrollTo(0, element.scrollHeight / 2))
    await page.waitForFunction(() => document.querySelector('.grid tr.is-placeholder') === null)
    await grid.focus()
    await page.keyboard.press('End')
    await page.locator(`.grid tr[aria-rowindex="${HOSTS * ROWS_EACH + 1}"]:not(.is-placeholder)`).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.grid-details', { hasText: `row ${ROWS_EACH}` }).waitFor()
    expect(await elements()).toBeLessThan(ELEMENTS_MAX)

    await page.getByTitle('Sort by n', { exact: true }).click()
    await page.getByTitle('Sort by n', { exact: true }).click()
    await page.waitForURL('**/*sort=-n')
    await cells(page, 'last of').first().waitFor()
    await page.getByLabel('Search rows').fill('last of 3')
    await page.locator('.results-count', { hasText: /^1 row$/ }).waitFor()
    await page.locator('.grid .match', { hasText: 'last of 3' }).waitFor()
    expect(await page.locator('.grid .match').count()).toBe(1)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'NDJSON' }).click(),
    ])
    expect(file.suggestedFilename()).toContain(query.id)

    await page.getByRole('button', { name: 'Values' }).click()
    await page.getByLabel('Column').selectOption('kind')
    await page.locator('.value', { hasText: 'odd' }).getByText('50.0%').waitFor()
  }, 180_000) // most of which stores the rows

  it('keep the scroll position and count new rows', async () => {
    const query = await createQuery(app, {
      sql: 'select * from more',
      targets: { host_ids: await idsOf(agents.slice(0, 2)) },
    })
    for (const each of agents.slice(0, 2)) while (!(query.id in (await each.next())));
    await agent(0).write({ [query.id]: { rows: rowsOf(0).slice(0, 2_000) } })
    const page = await open(`/queries/${query.id}`)
    await page.locator('.results-count', { hasText: '2,000 rows' }).waitFor()
    await page.locator('.grid').evaluate(element => element.scrollTo(0, element.scrollHeight / 2))
    await cells(page, '1000').first().waitFor()
    await agent(1).write({ [query.id]: { rows: rowsOf(1).slice(0, 500) } })
    await page.getByRole('button', { name: '500 new rows' }).click()
    await page.locator('.results-count', { hasText: '2,500 rows' }).waitFor()
    await cells(page, '1000').first().waitFor()
  })

  it('show viewers the results, but no actions that they are not allowed to perform', async () => {
    const query = await createQuery(app, { sql: 'select 1', targets: { all: true } })
    const made = await app.post('/api/tokens', { name: 'reader', role: 'viewer' })
    const { secret } = (await made.json()) as { secret: string }
    const reader = await visit(browser, app.url)
    others.push(reader)
    const { context, page } = reader
    await context.request.post(`${app.url}/api/session`, { data: { token: secret }, headers: { origin: app.url } })
    await page.goto(`${app.url}/queries/${query.id}`)
    await page.locator('.query-facts').waitFor()
    for (const name of ['Stop', 'Run again']) expect(await page.getByRole('button', { name }).count()).toBe(0)
    await page.goto(`${app.url}/queries/new`)
    await page.getByText('Not allowed').waitFor()
  })
})

const rowsOf = (host: number) =>
  Array.from({ length: ROWS_EACH }, (_, at) => ({
    n: String(at + 1),
    kind: at % 2 === 0 ? 'even' : 'odd',
    text: at === 0 ? `first of ${host}` : at === ROWS_EACH - 1 ? `last of ${host}` : `row ${at + 1}`,
  }))
