import type { Browser, Page } from 'playwright-core'
import { containerOf, inventoryRecord, logRecord } from '../agents/server/test-agent'
import { agentsOn } from '../agents/server/world'
import type { TestApp } from '../support/app'
import { violationsIn } from './axe'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'
import { type Machine, startMachine } from './machine'

describeInBrowser('agents', () => {
  let app: TestApp
  let browser: Browser
  let visitor: Visitor
  let page: Page
  let machine: Machine

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/agents')
  })
  afterEach(() => expect(visitor.errors).toEqual([]))

  it('come with one command to paste, and are seen as they connect', async () => {
    await page.getByText('No machine has an agent yet').waitFor()
    await page.locator('.page-head').getByRole('button', { name: 'Add machine' }).click()
    await page.getByRole('button', { name: 'Create the command' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Waiting for the agent').waitFor()
    const command = await dialog.locator('pre').first().textContent()
    expect(command).toMatch(new RegExp(`^TAILRACE_AGENT_TOKEN=\\S{20,} tailrace agent --url ${app.url}`))
    expect(await violationsIn(page)).toEqual([])
    machine = await startMachine(app, 'build-01')
    await dialog.getByRole('link', { name: 'build-01' }).waitFor()
    await page.keyboard.press('Escape')
    const row = page.locator('.agent-row').filter({ hasText: 'build-01' })
    await row.getByText('online').waitFor()
    await row.getByText('2 of 3').waitFor()
  })

  it('show what is measured as it comes, and no line across a hole', async () => {
    await page.goto(`${app.url}/agents/${machine.agentId}`)
    const cpu = page.getByRole('img', { name: /^CPU over the last 15 minutes/ })
    await cpu.and(page.locator('[aria-label*="now CPU"]')).waitFor()
    const shown = page.locator('.container-row').filter({ hasText: 'web' }).locator('.container-cpu')
    await shown.getByText('%').waitFor()
    await page.locator('.live.is-live').first().waitFor()
    await machine.measure(77)
    await page.locator('[aria-label$="now CPU 77%"]').waitFor()
    await shown.getByText('77%').waitFor()
    const read = await agentsOn(app).read<{ times: string[]; series: { cpu: { mean: (number | null)[] } } }>(
      `/api/agents/${machine.agentId}/metrics?series=cpu&points=1000&from=${new Date(Date.now() - 900_000).toISOString()}`,
    )
    expect(read.series.cpu.mean.filter(value => value === null).length).toBeGreaterThan(0)
    await page.getByRole('link', { name: '24h' }).click()
    await page.getByRole('img', { name: /^CPU over the last 24 hours/ }).waitFor()
  })

  it('containers are filtered, and found again as they change', async () => {
    await page.goto(`${app.url}/containers`)
    const row = (name: string) => page.locator('.container-row').filter({ hasText: name })
    await row('cron').getByText('exit code 137').waitFor()
    const { web, database, cron } = machine.containers
    await machine.agent.store(inventoryRecord([{ ...web, health: 'unhealthy' }, database, cron], machine.agent.now()))
    await row('web').getByText('unhealthy').waitFor()
    await machine.agent.store(inventoryRecord([web, database, cron], machine.agent.now() + 1))
    await row('web').getByText('running').waitFor()
    await page
      .getByRole('group', { name: 'Status' })
      .getByRole('button', { name: /exited/ })
      .click()
    await row('web').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Clear' }).click()
    await page.getByLabel('Label', { exact: true }).fill('team=shop')
    await row('cron').waitFor({ state: 'detached' })
    await row('web').getByRole('link', { name: 'web' }).click()
    await page.locator('.log-row:not(.log-probe)').filter({ hasText: 'upstream timed out' }).waitFor()
    await machine.agent.store(logRecord(web, ['a live line']))
    await page.locator('.log-row:not(.log-probe)').filter({ hasText: 'a live line' }).waitFor()
  })

  it('restart a container with a reason, and a protected one only with its name', async () => {
    await page.goto(`${app.url}/containers/${await machine.idOf('postgres')}?tab=history`)
    await page.getByRole('button', { name: 'Restart' }).click()
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Restart postgres' })
    await dialog.getByLabel('Reason').fill('does not answer')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel(/Type its name/).fill('postgres')
    expect(await violationsIn(page)).toEqual([])
    await confirm.click()
    await dialog.waitFor({ state: 'detached' })
    const [command] = await machine.agent.commands()
    expect(command).toMatchObject({
      action: 'restart',
      container: 'postgres',
      reason: 'does not answer',
      confirmed: true,
    })
    const { web, database, cron } = machine.containers
    machine.agent.send({ t: 'accepted', command_id: command?.id ?? '' })
    const again = containerOf('postgres', { ...database, started_at: machine.agent.now() })
    await machine.agent.store(inventoryRecord([web, again, cron], machine.agent.now() + 2), {
      ...{ t: 'result', at: machine.agent.now(), command_id: command?.id ?? '', status: 'succeeded', code: null },
      ...{ message: '', container: again },
    })
    const actions = page.getByRole('region', { name: 'Actions' })
    await actions.getByText('Restart is done').waitFor()
    await actions.getByText('does not answer').waitFor()
  })

  it('merge the lines of several containers by time', async () => {
    const { web, database } = machine.containers
    await page.goto(`${app.url}/containers/logs?agent=${machine.agentId}`)
    await machine.agent.store(logRecord(database, ['checkpoint complete']), logRecord(web, ['GET /cart 200']))
    const line = (text: string) => page.locator('.log-row:not(.log-probe)').filter({ hasText: text })
    await line('checkpoint complete').filter({ hasText: 'postgres' }).waitFor()
    await line('GET /cart 200').filter({ hasText: 'web' }).waitFor()
    const reads: string[] = []
    page.on('request', request => reads.push(new URL(request.url()).pathname))
    await machine.agent.store(logRecord(web, ['GET /cart 503']))
    await line('GET /cart 503').filter({ hasText: 'web' }).waitFor()
    expect(reads.filter(path => path === '/api/containers/logs')).toEqual([])
  })
})
