import type { Page } from 'playwright-core'
import { addChecks, addMonitor } from '../monitors/rows'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, visit } from './browser'

describeInBrowser('rules of monitors', () => {
  let app: TestApp
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    const stage = await startStage()
    app = stage.app
    const { db } = app.app
    // paused, so that it is not really checked
    const shop = await addMonitor(db, { name: 'Shop', labels: { team: 'web' }, enabled: false })
    await addMonitor(db, { name: 'Mail', labels: { team: 'mail' }, enabled: false })
    await addChecks(db, shop, 'uddduuddduddddu')
    const visitor = await visit(stage.browser, app.url)
    ;({ page, errors } = visitor)
    await signIn(visitor, app, '/alert-rules')
  })
  afterAll(() => expect(errors).toEqual([]))

  const row = (name: string) => page.getByRole('table', { name: 'Rules of monitors' }).locator('tr', { hasText: name })
  const dialog = () => page.getByRole('dialog')
  const preview = () => dialog().getByRole('region', { name: 'Preview' })

  it('begin with one that says when a monitor is down', async () => {
    await row('MonitorDown').getByText('3 checks in a row fail').waitFor()
    expect(await row('MonitorDown').locator('td').nth(2).textContent()).toBe('all')
  })

  it('say while they are made when they would have fired', async () => {
    await page.getByRole('button', { name: 'New rule' }).click()
    await preview().getByText('Would have fired 3 times last week').waitFor()
    await preview().getByText('watches 2 monitors').waitFor()
    expect(await preview().locator('li b').allTextContents()).toEqual(['Shop', 'Shop', 'Shop'])
    await preview().getByText('for 2 m').waitFor() // four failures, of which the third fires
    await dialog().getByLabel('Failures in a row').fill('4')
    await preview().getByText('Would have fired once last week').waitFor()
    await dialog().getByLabel('Failures in a row').fill('')
    await preview().getByText('Complete the rule').waitFor()
    await dialog().getByRole('button', { name: 'Failing often' }).click()
    await dialog().getByLabel('Failed checks, in %').fill('99')
    await preview().getByText('Would not have fired last week').waitFor()
    await dialog().getByRole('button', { name: 'Down', exact: true }).click()
    await dialog().getByLabel('Monitors').selectOption('with labels')
    expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await dialog().getByLabel('Labels they must have').fill('team=mail')
    await preview().getByText('Would not have fired last week').waitFor()
    await preview().getByText('watches 1 monitor').waitFor()
  })

  it('are created, changed, switched off and deleted', async () => {
    await dialog().getByLabel('Name, also of its alerts').fill('Mail is down')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await row('Mail is down').getByText('team=mail').waitFor()
    await row('Mail is down').getByRole('button', { name: 'Edit' }).click()
    await dialog().getByLabel('Monitors').selectOption('chosen ones')
    await dialog().getByLabel('Find monitors').fill('Sho')
    await dialog().getByLabel('Shop').check()
    await preview().getByText('Would have fired 3 times last week').waitFor()
    await dialog().getByLabel('Severity').selectOption('warning')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await row('Mail is down').getByText('warning').waitFor()
    await row('Mail is down').getByRole('button', { name: 'Edit' }).click()
    expect(await dialog().getByLabel('Shop').isChecked()).toBe(true)
    await dialog().getByRole('button', { name: 'Dismiss' }).click()
    await row('Mail is down').getByRole('button', { name: 'Switch off' }).click()
    await row('Mail is down').getByText('off', { exact: true }).waitFor()
    await row('Mail is down').getByRole('button', { name: 'Delete' }).click()
    await dialog().getByLabel('Reason').fill('not needed')
    await dialog().getByRole('button', { name: 'Delete Mail is down' }).click()
    await row('Mail is down').waitFor({ state: 'detached' })
  })
})
