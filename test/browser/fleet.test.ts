import type { Browser, Page } from 'playwright-core'
import { Fleet } from '../../load/fleet/fleet'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { describeInBrowser, openAnother, signIn, startStage, type Visitor, visit } from './browser'

const HOSTS = 6
const STARTED = { config_refresh: 1, logger_tls_period: 1, carver_tick: 1 }
const PACK = `{
  # for all machines
  "queries": { "up": { "query": "select * \\
    from uptime", "interval": "2", "snapshot": true } }
}`

describeInBrowser('fleet pages', () => {
  let browser: Browser
  let app: TestApp
  let visitor: Visitor
  const fleets: Fleet[] = []
  const others: Visitor[] = []

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    await signIn(visitor, app)
  })
  afterEach(async () => {
    const all = [visitor, ...others]
    await Promise.all(others.splice(0).map(({ context }) => context.close()))
    expect(all.flatMap(({ errors }) => errors.splice(0))).toEqual([])
    expect(all.flatMap(({ foreign }) => foreign.splice(0))).toEqual([])
  })
  afterAll(async () => {
    await Promise.all(fleets.map(fleet => fleet.stop()))
  })

  async function open(path: string): Promise<Page> {
    const page = await openAnother(visitor)
    await page.goto(app.url + path)
    return page
  }

  async function openElsewhere(path: string): Promise<Page> {
    const other = await visit(browser, app.url)
    others.push(other)
    await signIn(other, app, path)
    return other.page
  }

  function startFleet(secret: string, hosts: number, seed: string) {
    const fleet = new Fleet({ url: app.url, secret, hosts, seed, started: STARTED })
    fleets.push(fleet)
    fleet.start()
  }

  async function hosts(): Promise<Array<{ id: string; hostname: string; platform: string }>> {
    const answer = await app.get('/api/hosts')
    return ((await answer.json()) as { items: Array<{ id: string; hostname: string; platform: string }> }).items
  }

  async function firstHost() {
    const [host] = await hosts()
    if (!host) throw new Error('There is no host.')
    return host
  }

  /** Replaces the text of the editor by keyboard. */
  async function write(page: Page, sql: string) {
    await page.locator('.sql [contenteditable="true"]').click()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText(sql)
  }

  const row = (page: Page, id: string) => page.locator(`[data-host="${id}"]`)

  it('the dashboard links to adding a host while there are none', async () => {
    const page = await open('/')
    await page.getByLabel('Fleet').getByText('No hosts yet').waitFor()
    await page.getByLabel('Fleet').getByRole('link', { name: 'Add host' }).click()
    await page.waitForURL('**/hosts/add')
  })

  it('the add-host page creates a secret and shows the first host as it enrolls', async () => {
    const [page, list] = await Promise.all([open('/hosts'), openElsewhere('/hosts')])
    await page.getByText('npm run simulate:fleet -- --hosts 50').waitFor()
    await list.getByText('No hosts yet').waitFor()
    await page.getByRole('link', { name: 'Add a host' }).click()
    await page.getByText('Waiting for first check-in.').waitFor()
    await page.getByText('osqueryd connects over TLS (HTTPS) only').waitFor()
    const copy = page.getByRole('button', { name: /^Copy: Linux, in a shell/ })
    expect(await copy.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Create secret' }).click()
    const texts = page.locator('.copy-block pre')
    await texts.nth(3).waitFor()
    expect(await copy.isDisabled()).toBe(false)
    const [secret = '', linux, macos, windows] = await texts.allInnerTexts()
    for (const command of [linux, macos, windows]) expect(command).toContain(secret)
    expect(windows).toContain('C:\\Program Files\\osquery')
    await page.getByText('Or write the flags file yourself').click()
    await page.getByText('--distributed_interval=1').first().waitFor()
    startFleet(secret, HOSTS, 'pages')
    await page.locator('.waiting', { hasText: 'has enrolled' }).waitFor()
    await list
      .locator('.host-row')
      .nth(HOSTS - 1)
      .waitFor()
    await list.locator('.host-counts', { hasText: /online\s*6/ }).waitFor()
  })

  it('filters are in the URL, and a query can be started for selected hosts', async () => {
    const [one, other] = await hosts()
    if (!one || !other) throw new Error('There are too few hosts.')
    const page = await open(`/hosts?q=${one.hostname}`)
    await row(page, one.id).waitFor()
    expect(await page.locator('.host-row').count()).toBe(1)
    await page.getByRole('link', { name: 'Clear' }).click()
    await row(page, other.id).waitFor()
    await page.getByLabel('Platform').selectOption(one.platform)
    await page.waitForURL(`**/hosts?platform=${one.platform}`)
    await page.goto(`${app.url}/hosts`)
    await row(page, one.id).getByRole('checkbox').check()
    await row(page, other.id).getByRole('checkbox').check()
    await page.keyboard.press('r')
    await page.waitForURL('**/queries/new?**')
    await page.getByText(one.hostname).first().waitFor()
    await page.getByText(other.hostname).first().waitFor()
  })

  it('the list of hosts has keyboard shortcuts', async () => {
    const page = await open('/hosts')
    await page.locator('.host-row').first().waitFor()
    await page.keyboard.press('/')
    await page.locator('[aria-label="Search hosts"]:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('s')
    await page.getByText('1 host selected').waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/hosts\/[0-9a-f-]{36}$/)
    await page.locator('.vitals').waitFor()
  })

  it('answers arrive live in all browsers, as rows, no rows or an error', async () => {
    const { id } = await firstHost()
    const [page, other] = await Promise.all([open(`/hosts/${id}`), openElsewhere(`/hosts/${id}`)])
    await page.locator('.sql [contenteditable="true"]').waitFor()
    await page.keyboard.press('r')
    await page.waitForFunction(() => document.activeElement?.closest('.sql'))
    await page.keyboard.insertText(' limit 1')
    await page.locator('.sql [contenteditable="true"]', { hasText: 'limit 1' }).waitFor()
    const run = async (sql: string) => {
      await write(page, sql)
      await page.getByRole('button', { name: 'Run', exact: true }).click()
    }
    await run('select * from uptime')
    for (const screen of [page, other]) {
      await screen.locator('.host-query .is-target-completed').waitFor()
      await screen.locator('.host-query th', { hasText: 'total_seconds' }).waitFor()
    }
    await run("select * from users where username = 'nobody at all'")
    await other.locator('.host-query .is-target-no_rows').waitFor()
    await other.getByText('no row matches the query').waitFor()
    await run('select * from there_is_no_such_table')
    await other.locator('.host-query .is-target-failed').waitFor()
    await other.getByText('no such table').waitFor()
    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.locator('.host-query').nth(2).waitFor()
    await page.getByRole('link', { name: 'Log', exact: true }).click()
    await page
      .locator('.log-message', { hasText: 'there_is_no_such_table' })
      .or(page.locator('.log-row'))
      .first()
      .waitFor()
  })

  it('open and expired queries look different, and a deleted host disappears', async () => {
    const answer = await app.post('/api/enroll-secrets', { name: 'silent' })
    const { secret } = (await answer.json()) as { secret: string }
    const silent = new Fleet({ url: app.url, secret, hosts: 1, seed: 'silent', behavior: { silent: 1 } })
    fleets.push(silent)
    const list = await openElsewhere('/hosts')
    await list
      .locator('.host-row')
      .nth(HOSTS - 1)
      .waitFor()
    silent.start()
    await list.locator('.host-row').nth(HOSTS).waitFor()
    const known = await hosts()
    const host = known.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0]
    const page = await open(`/hosts/${host?.id}`)
    await page.locator('.host-queries').waitFor({ state: 'attached' })
    // Long enough to see it open first, even on a busy machine.
    await app.post(`/api/hosts/${host?.id}/query`, { sql: 'select * from uptime', deadline_seconds: 20 })
    await page.reload()
    await page.locator('.host-query .is-target-sent, .host-query .is-target-pending').waitFor()
    await page.locator('.host-query .is-target-expired').waitFor()
    await page.getByText('had not answered by the deadline').waitFor()
    await fetch(`${app.url}/api/hosts/${host?.id}`, { method: 'DELETE', headers: app.headers })
    await row(list, host?.id ?? '').waitFor({ state: 'detached' })
    await page.getByText('Host not available').waitFor()
  })

  it('the dashboard shows hosts by status and the latest answers', async () => {
    const page = await open('/')
    await page.locator('.fleet-counts a', { hasText: /[67]\s*online/ }).waitFor()
    const sql = "select name from users where username = 'dashboard'"
    await app.post('/api/queries', { sql, targets: { all: true }, deadline_seconds: 20 })
    const answer = page.locator('.fleet-answer', { hasText: 'dashboard' })
    await answer.nth(HOSTS - 1).waitFor()
    await answer.first().locator('.is-target-no_rows').click()
    await page.waitForURL('**/queries/*')
    await page.goBack()
    await page.locator('.fleet-counts a', { hasText: 'offline' }).click()
    await page.waitForURL('**/hosts?status=offline')
  })

  it('a refresh updates the vitals of a host', async () => {
    const { id } = await firstHost()
    const page = await open(`/hosts/${id}`)
    const updated = page.locator('.summary time').nth(1)
    const before = await updated.getAttribute('title')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.waitForFunction(
      earlier => document.querySelectorAll('.summary time')[1]?.getAttribute('title') !== earlier,
      before,
    )
  })

  it('labels are assigned manually and by query', async () => {
    const { id } = await firstHost()
    const page = await open(`/hosts/${id}?tab=labels`)
    await page.getByLabel('Label', { exact: true }).fill('favorites')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('.summary .tag', { hasText: 'favorites' }).waitFor()
    await page.goto(`${app.url}/hosts/labels`)
    await page.getByRole('button', { name: 'New label' }).click()
    await page.getByLabel('Name', { exact: true }).fill('all of them')
    await page.getByRole('button', { name: 'By query' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'all of them' }).waitFor()
    await page.goto(`${app.url}/hosts?label=all+of+them`)
    await page
      .locator('.host-row')
      .nth(HOSTS - 1)
      .waitFor()
    await page.goto(`${app.url}/hosts?label=favorites`)
    await row(page, id).waitFor()
    expect(await page.locator('.host-row').count()).toBe(1)
  })

  it('a published pack is imported, and its results arrive', async () => {
    const { id } = await firstHost()
    const page = await open('/hosts/packs')
    await page.getByRole('button', { name: 'Import a pack' }).click()
    await page.getByLabel('Name', { exact: true }).fill('basics')
    await page.getByLabel(/Pack as JSON/).fill(PACK)
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('[data-pack="basics"] summary').click()
    await page.locator('[data-pack="basics"]', { hasText: 'snapshot' }).waitFor()
    await page.goto(`${app.url}/hosts/${id}?tab=scheduled`)
    await page.locator('.change.is-snapshot').first().waitFor()
    await page.getByRole('button', { name: 'pack_basics_up' }).first().click()
    await page.waitForURL('**&name=pack_basics_up')
    await page.locator('.pairs dt', { hasText: 'total_seconds' }).first().waitFor()
  })

  it('an import shows warnings about parts that hosts do not get, until Escape is pressed', async () => {
    const page = await open('/hosts/packs')
    await page.getByRole('button', { name: 'Import a pack' }).click()
    await page.getByLabel('Name', { exact: true }).fill('whole')
    const schedule = { up: { query: 'select 1', interval: 3_600, platform: 'macos' } }
    await page.getByLabel(/Pack as JSON/).fill(JSON.stringify({ file_paths: { etc: ['/etc/%%'] }, schedule }))
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    const warnings = page.getByRole('dialog', { name: 'Imported with warnings' })
    await warnings.getByText(/"file_paths" is not served/).waitFor()
    await warnings.getByText(/"macos".* was read as "darwin"/).waitFor()
    await page.keyboard.press('Escape')
    await warnings.waitFor({ state: 'detached' })
    await page.locator('[data-pack="whole"]').waitFor()
  })

  it('an imported file may be UTF-8 or UTF-16; other encodings are reported', async () => {
    const page = await open('/hosts/packs')
    await page.getByRole('button', { name: 'Import a pack' }).click()
    const choose = (name: string, buffer: Buffer) =>
      page.getByLabel('File').setInputFiles({ name, mimeType: 'application/json', buffer })
    const content = JSON.stringify({ queries: { up: { query: "select 'größe'", interval: 3_600 } } })
    await choose('old.conf', Buffer.from(content, 'latin1'))
    await page.getByText('old.conf is not UTF-8').waitFor()
    await choose('wide.conf', Buffer.from(`\ufeff${content}`, 'utf16le'))
    await eventually(
      async () => (await page.getByLabel('Name', { exact: true }).inputValue()) === 'wide',
      'the file has been read',
    )
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.locator('[data-pack="wide"] summary').click()
    await page.locator('[data-pack="wide"]', { hasText: 'größe' }).waitFor()
  })

  it('taking a label from a host and disabling a pack say what they do, and ask for a reason', async () => {
    const { id, hostname } = await firstHost()
    await app.post('/api/labels', { name: 'spare' })
    await app.post('/api/packs/import', { name: 'idle', content: '{"queries": {}}' })
    const page = await open('/hosts/packs')
    const pack = page.locator('[data-pack="idle"]')
    await pack.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('Hosts stop running the queries').waitFor()
    await page.getByLabel('Reason').fill('not needed')
    await page.getByRole('button', { name: 'Disable idle' }).click()
    await pack.getByText('disabled').waitFor()

    // before the page knows which labels there are
    const added = page.waitForResponse(reply => /\/labels\/[^/]+\/hosts$/.test(reply.url()))
    await page.route('**/api/labels?*', route => void added.then(() => route.continue()), { times: 2 })
    await page.goto(`${app.url}/hosts/${id}?tab=labels`)
    await page.getByLabel('Label', { exact: true }).fill('spare')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const label = page.locator('.host-labels-tab li', { hasText: 'spare' })
    await label.getByRole('button', { name: 'Remove' }).click()
    await page.getByText(`${hostname} no longer has this label`).waitFor()
    await page.getByLabel('Reason').fill('not needed')
    await page.getByRole('button', { name: 'Remove spare' }).click()
    await label.waitFor({ state: 'detached' })

    await page.getByLabel('Label', { exact: true }).fill('brand new')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const created = page.locator('.host-labels-tab li', { hasText: 'brand new' })
    await created.getByRole('button', { name: 'Remove' }).waitFor()
  })

  it('a host whose agent has lost its schedule has a warning', async () => {
    const { id } = await firstHost()
    await app.app.db('hosts').where({ id }).update({ schedule_lost_at: new Date() })
    const page = await open('/hosts')
    await page.locator(`[data-host="${id}"]`, { hasText: 'no schedule' }).waitFor()
    await page.goto(`${app.url}/hosts/${id}`)
    await page.getByText('This agent has no schedule').waitFor()
    await app.app.db('hosts').where({ id }).update({ schedule_lost_at: null })
  })

  it('a saved query can be run on the page of any host', async () => {
    const { id } = await firstHost()
    const page = await open('/hosts/saved-queries')
    await page.getByRole('button', { name: 'New saved query' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Since when')
    await write(page, 'select total_seconds from uptime')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('cell', { name: 'Since when' }).waitFor()
    await page.goto(`${app.url}/hosts/${id}`)
    await page.getByLabel('Saved query').selectOption({ label: 'Since when' })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.locator('.host-query').first().locator('.is-target-completed').waitFor()
    await page.locator('.host-query-sql', { hasText: 'total_seconds' }).first().waitFor()
  })

  it('a file is requested from a host and downloaded', async () => {
    const { id } = await firstHost()
    const page = await open(`/hosts/${id}?tab=files`)
    await page.getByLabel(/Path on the host/).fill('/etc/hosts')
    await page.getByRole('button', { name: 'Request file' }).click()
    const link = page.getByRole('link', { name: 'Download' })
    await link.waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toMatch(/\.tar/)
  })

  it('the files tab explains why a file does not arrive', async () => {
    const { id } = await firstHost()
    const page = await open(`/hosts/${id}?tab=files`)
    const fetchFile = async (path: string) => {
      await page.getByLabel(/Path on the host/).fill(path)
      await page.getByRole('button', { name: 'Request file' }).click()
    }
    await fetchFile('/none/%')
    await page.getByText('no file matches this pattern').waitFor()
    await fetchFile('/none/file')
    const empty = page.getByRole('cell', { name: 'empty (file not found)' })
    await page.getByText('begins within a minute').or(empty).first().waitFor()
    await empty.waitFor()
  })

  it('viewers see no actions that they are not allowed to perform', async () => {
    const answer = await app.post('/api/tokens', { name: 'viewer', role: 'viewer' })
    const { secret } = (await answer.json()) as { secret: string }
    const viewer = await visit(browser, app.url)
    others.push(viewer)
    const { page } = viewer
    await page.goto(`${app.url}/sign-in?next=/hosts`)
    await page.getByLabel('Token').fill(secret)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.host-row').first().waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('button', { name: /Run query/ }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Add host' }).count()).toBe(0)
    await page.goto(`${app.url}/hosts/add`)
    await page.getByText('Not allowed').waitFor()
    await page.goto(`${app.url}/hosts/${(await firstHost()).id}`)
    await page.locator('.host-query').first().waitFor()
    expect(await page.getByRole('button', { name: /Run|Refresh|Delete/ }).count()).toBe(0)
  })
})
