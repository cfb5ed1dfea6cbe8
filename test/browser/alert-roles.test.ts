import type { Browser, Page } from 'playwright-core'
import type { Role } from '../../src/contract/access'
import { ROLES } from '../../src/contract/values'
import { eventually } from '../jobs/node'
import type { TestApp } from '../support/app'
import { describeInBrowser, startStage, type Visitor, visit } from './browser'

/** A page of alerts: what it shows to everybody, and what somebody of a role can do there. */
interface Walked {
  path: string
  /** The label of a section, if the page has several. */
  within?: string
  shows: string
  role: Role
  actions: RegExp[]
}

const WALKED: Walked[] = [
  { path: '/alerts', shows: 'web-1 does not answer', role: 'operator', actions: [/^Silence Down/] },
  { path: '/alerts?group_by=team', shows: 'web', role: 'operator', actions: [] },
  { path: '/alerts/:alert', shows: 'web-1 does not answer', role: 'operator', actions: [/^Silence$/] },
  { path: '/incidents', shows: 'Down', role: 'operator', actions: [/^Acknowledge #1/] },
  {
    ...{ path: '/incidents/:incident', shows: 'Timeline', role: 'operator' },
    actions: [/^Acknowledge$/, /^Assign$/, /^Resolve$/, /^Add note$/],
  },
  {
    ...{ path: '/silences', shows: 'Known trouble', role: 'operator' },
    actions: [/^New silence$/, /^Extend Known/, /^Edit$/, /^Copy$/, /^End now$/],
  },
  {
    ...{ path: '/silences?tab=maintenance', shows: 'Every night', role: 'operator' },
    actions: [/^New window$/, /^Edit$/, /^Switch off$/, /^Delete$/],
  },
  { path: '/notifications', shows: 'first notification', role: 'viewer', actions: [] },
  {
    ...{ path: '/alert-routes', shows: 'office hours', role: 'admin' },
    actions: [/^Import/, /^Edit the first/, /^Add a route/, /^Add rule$/, /^Delete rule 1$/, /^Edit office hours$/],
  },
  {
    ...{ path: '/alert-rules', within: 'Tailrace itself', shows: 'JobsFailing', role: 'admin' },
    actions: [/^Edit JobsFailing$/, /^Switch off JobsFailing$/],
  },
  {
    ...{ path: '/alert-rules', within: 'Monitors', shows: 'MonitorDown', role: 'operator' },
    actions: [/^New rule$/, /^Edit MonitorDown$/, /^Switch off MonitorDown$/, /^Delete$/],
  },
  {
    ...{ path: '/admin/receivers', shows: 'reached by 1 route', role: 'admin' },
    actions: [/^New receiver$/, /^Send test/, /^Edit$/, /^Switch off$/, /^Delete$/],
  },
]

/** Words that buttons and links begin with that change something. */
const CHANGES =
  /^(Acknowledge|Add|Assign|Copy$|Create|Delete|Edit|End|Extend|Import|Move|New|Resolve|Save$|Send test|Silence|Switch|Take)/

describeInBrowser('who can do what about alerts', () => {
  let browser: Browser
  let app: TestApp
  const ids = { alert: '', incident: '' }
  const visitors = new Map<Role, Visitor>()

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    await seedAlerts()
    for (const role of ROLES) visitors.set(role, await signedIn(role))
  })
  afterAll(() => {
    for (const { errors } of visitors.values()) expect(errors).toEqual([])
  })

  async function accepted(path: string, body: unknown, method = 'POST') {
    const headers = { ...app.headers, 'content-type': 'application/json' }
    const reply = await fetch(app.url + path, { method, headers, body: JSON.stringify(body) })
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`)
  }
  const listed = async (path: string) =>
    ((await (await app.get(path)).json()) as { items: Array<{ id: string; fingerprint: string }> }).items

  async function seedAlerts() {
    const matchers = [{ name: 'team', op: '=', value: 'db' }]
    await accepted('/api/receivers', { name: 'ops', type: 'webhook', settings: { url: 'http://127.0.0.1:9/' } })
    await accepted(
      '/api/alert-routes',
      {
        route: { receiver: 'ops', group_wait_seconds: 0, group_by: ['alertname'] },
        inhibit_rules: [{ source_matchers: matchers, target_matchers: [{ name: 'team', op: '=', value: 'none' }] }],
        time_intervals: { 'office hours': [{ weekdays: ['monday:friday'] }] },
      },
      'PUT',
    )
    await accepted('/api/silences', {
      ...{ matchers, comment: 'Known trouble', ends_at: new Date(Date.now() + 7_200_000).toISOString() },
    })
    await accepted('/api/maintenance-windows', {
      ...{ name: 'Every night', matchers, cron: '0 2 * * *', duration_minutes: 120 },
    })
    await accepted('/api/v2/alerts', [
      {
        labels: { alertname: 'Down', severity: 'critical', team: 'web' },
        annotations: { summary: 'web-1 does not answer' },
        endsAt: new Date(Date.now() + 7_200_000).toISOString(),
      },
    ])
    const [alert] = await listed('/api/alerts')
    const incident = await eventually(async () => (await listed('/api/incidents'))[0])
    await eventually(async () => (await listed('/api/notifications')).length > 0)
    Object.assign(ids, { alert: alert?.fingerprint, incident: incident.id })
  }

  async function signedIn(role: Role): Promise<Visitor> {
    const made = await app.post('/api/tokens', { name: `a ${role}`, role })
    const { secret } = (await made.json()) as { secret: string }
    const visitor = await visit(browser, app.url)
    await visitor.page.goto(`${app.url}/sign-in`)
    await visitor.page.getByLabel('Token').fill(secret)
    await visitor.page.getByRole('button', { name: 'Sign in' }).click()
    await visitor.page.waitForURL(`${app.url}/`)
    return visitor
  }

  /** Opens a page and waits for what it shows to everybody. @returns addresses that were refused */
  async function open(page: Page, { path, shows }: Walked): Promise<string[]> {
    const refused: string[] = []
    const onResponse = (response: { status(): number; url(): string }) => {
      if (response.status() === 403) refused.push(response.url())
    }
    page.on('response', onResponse)
    await page.goto(app.url + path.replace(':alert', ids.alert).replace(':incident', ids.incident))
    await page.locator('.account-name').waitFor()
    await page.locator('main').getByText(shows).first().waitFor()
    await page.waitForFunction(() => document.querySelector('.is-loading, [aria-busy="true"]') === null)
    page.off('response', onResponse)
    return refused
  }

  const cases = WALKED.flatMap(walked => ROLES.map(role => ({ ...walked, as: role, needs: walked.role })))
  it.each(cases)('$path offers what the role $as may do', async ({ as, needs, ...walked }) => {
    const { page } = visitors.get(as) ?? (await signedIn(as))
    expect(await open(page, walked)).toEqual([])
    // a row of alerts shows its buttons when it is pointed at
    if (walked.path === '/alerts') await page.locator('main').getByText(walked.shows).first().hover()
    const part = page.locator(walked.within ? `main section[aria-label="${walked.within}"]` : 'main')
    const button = (name: RegExp) => part.getByRole('button', { name, includeHidden: true })
    if (ROLES.indexOf(as) >= ROLES.indexOf(needs)) {
      for (const name of walked.actions) await button(name).first().waitFor({ state: 'attached' })
      return
    }
    expect(await button(CHANGES).allTextContents()).toEqual([])
    expect(await part.getByRole('link', { name: CHANGES }).allTextContents()).toEqual([])
    expect(await part.locator('input.pick').count()).toBe(0)
  })

  it.each([
    ['/alerts', 'j', 's'],
    ['/alerts/:alert', 's'],
    ['/incidents', 'j', 'a'],
    ['/incidents/:incident', 'a'],
  ])('keys of %s do not open for a viewer what is refused', async (path, ...keys) => {
    const walked = WALKED.find(each => each.path === path)
    const page = visitors.get('viewer')?.page
    if (!walked || !page) throw new Error('Nobody can look')
    await open(page, walked)
    for (const key of keys) await page.keyboard.press(key)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(1)
    await page.keyboard.press('Escape')
  })
})
