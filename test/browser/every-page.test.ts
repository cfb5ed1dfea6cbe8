import type { Browser, Page } from 'playwright-core'
import type { TestApp } from '../support/app'
import { type Address, addressesOf, openWhole, WALKED } from './addresses'
import { violationsIn } from './axe'
import { describeInBrowser, painted, signIn, startStage, type Visitor, visit } from './browser'
import { type Seeded, seed } from './seed'

const WIDE = { width: 1_400, height: 900 }
/** What a window of 1,400 × 900 pixels is when its page is zoomed to 200 %. */
const ZOOMED = { width: 700, height: 450 }
const PHONE = { width: 390, height: 844 }
/** The sum of all shifts while a page loads. */
const SHIFT_MAX = 0.1
const ROW_PX = 32
/** Rules of accessibility about what a narrow window changes: all others find the same as in a wide one. */
const OF_LAYOUT = ['aria-hidden-focus', 'button-name', 'label', 'link-name', 'scrollable-region-focusable']
/** The same on all pages, so it is looked at on one. */
const SHELL = ['.sidebar']

interface Shift extends PerformanceEntry {
  value: number
  sources: Array<{ node: Element | null; previousRect: DOMRect; currentRect: DOMRect }>
}

describeInBrowser('every page', () => {
  let browser: Browser
  let app: TestApp
  let seeded: Seeded
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    seeded = await seed(app)
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app)
  })

  /** Opens views of a page. @returns what `check` finds wrong with them */
  async function faultsOf(addresses: Address[], check: (address: Address) => Promise<string[]>): Promise<string[]> {
    const faults: string[] = []
    for (const address of addresses) {
      await openWhole(page, app.url, address)
      const found = [...(await page.evaluate(shiftsOfPage, SHIFT_MAX)), ...(await check(address))]
      faults.push(...found.map(fault => `${address.path} ${fault}`))
    }
    return faults
  }

  describe('in a window of 1,400 px', () => {
    beforeAll(() => page.setViewportSize(WIDE))

    it.each(WALKED)(
      '%s hardly shifts while it loads, has rows of one height, one primary button at most, every control within reach, also at 200 %%, and no serious violations of accessibility, light and dark',
      async name => {
        const exclude = name === 'dashboard' ? [] : SHELL
        const addresses = addressesOf(name, seeded)
        const distinct = withoutEmptyOnes(addresses)
        const faults = await faultsOf(addresses, async address => {
          const primary = await page.locator('main .primary:visible').count()
          const found = [
            ...(primary > 1 ? [`has ${primary} primary buttons`] : []),
            ...(await page.evaluate(highRows, ROW_PX)),
            ...(await page.evaluate(outOfReach)),
          ]
          if (distinct.includes(address)) {
            found.push(...(await violationsIn(page, { exclude })))
            await page.emulateMedia({ colorScheme: 'dark' })
            found.push(...(await violationsIn(page, { runOnly: ['color-contrast'], exclude })))
            await page.emulateMedia({ colorScheme: 'light' })
          }
          await page.setViewportSize(ZOOMED)
          await painted(page)
          found.push(...(await page.evaluate(outOfReach)))
          await page.setViewportSize(WIDE)
          return found
        })
        expect(faults).toEqual([])
      },
    )
  })

  describe('on a phone', () => {
    beforeAll(() => page.setViewportSize(PHONE))

    it.each(WALKED)(
      '%s hardly shifts while it loads, has every control within reach and no serious violations of accessibility',
      async name => {
        const exclude = name === 'dashboard' ? [] : SHELL
        const faults = await faultsOf(withoutEmptyOnes(addressesOf(name, seeded)), async () => [
          ...(await violationsIn(page, { runOnly: OF_LAYOUT, exclude })),
          ...(await page.evaluate(outOfReach)),
        ])
        expect(faults).toEqual([])
      },
    )
  })

  describe('with something opened in it', () => {
    beforeAll(() => page.setViewportSize(WIDE))

    it('the forms of the fleet pages have no serious violations', async () => {
      await page.goto(`${app.url}/hosts/labels`)
      await page.getByRole('button', { name: 'New label' }).click()
      await page.getByRole('button', { name: 'By query' }).click()
      await page.locator('.sql [contenteditable="true"]').waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.goto(`${app.url}/hosts`)
      await page.locator('.host-row .pick').first().check()
      await page.getByRole('button', { name: 'Labels', exact: true }).click()
      await page.getByLabel('Label', { exact: true }).last().waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.goto(`${app.url}/hosts/packs`)
      await page.locator('.pack summary').click()
      await page.locator('.pack details[open]').waitFor()
      expect(await violationsIn(page)).toEqual([])
    })

    it('completions, the list of tables and row details have no serious violations', async () => {
      await page.goto(`${app.url}/queries/new?all=1`)
      await page.locator('.sql [contenteditable="true"]').click()
      await page.keyboard.type('select * from us')
      await page.getByRole('option', { name: 'users' }).first().waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Tables' }).click()
      await page.getByRole('button', { name: 'Columns of acpi_tables' }).click()
      await page.getByRole('button', { name: 'Columns of acpi_tables', expanded: true }).waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.goto(`${app.url}/queries/${seeded.query}`)
      await page.locator('.grid tbody td').nth(2).click()
      await page.locator('.grid-details').waitFor()
      expect(await violationsIn(page)).toEqual([])
    })

    it('job details, the form for a reason and the help have no serious violations', async () => {
      await page.goto(`${app.url}/queue`)
      await page.locator(`[data-job="${seeded.job}"] .fold`).click()
      await page.locator('.job-details .log-row:not(.log-probe)').first().waitFor()
      await page.goto(`${app.url}/queue?kind=demo`)
      await page.getByRole('button', { name: 'Cancel all' }).click()
      await page.getByLabel('Reason').waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.getByRole('button', { name: 'Dismiss' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.locator('.account summary').click()
      await page.locator('.account[open]').waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
      await page.getByRole('dialog').waitFor()
      expect(await violationsIn(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.keyboard.press('Control+k')
      await page.locator('.palette-option').first().waitFor()
      expect(await violationsIn(page)).toEqual([])
    })
  })
})

/** Without the views of a page that show nothing, which look alike on all pages. */
const withoutEmptyOnes = (addresses: Address[]) => addresses.filter(({ shows }, at) => at === 0 || shows !== '.empty')

/** What moved since the page was opened, if it is too much. */
function shiftsOfPage(max: number) {
  const describe = ({ node, previousRect: from, currentRect: to }: Shift['sources'][number]) => {
    const element = node instanceof Element ? node : (node as Node | null)?.parentElement
    return `${element?.tagName}.${element?.className} from ${from.y}+${from.height} to ${to.y}+${to.height}`
  }
  return new Promise<string[]>(resolve => {
    const shifts: Shift[] = []
    new PerformanceObserver(list => shifts.push(...(list.getEntries() as Shift[]))).observe({
      type: 'layout-shift',
      buffered: true,
    })
    const finish = () => {
      const total = shifts.reduce((sum, { value }) => sum + value, 0)
      const texts = shifts.map(({ value, sources }) => `shift ${value.toFixed(3)}: ${sources.map(describe).join(', ')}`)
      resolve(total < max ? [] : texts)
    }
    // Buffered entries are delivered in a task of their own, before the next frame has been painted.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(finish)))
  })
}

/** Rows of lists and tables with another height than they should have. */
function highRows(px: number): string[] {
  const rows = document.querySelectorAll(
    'tr, .columns-row, .query-row, .error-row, .target, .value, .lines > li, .tree-line',
  )
  return [...rows]
    .map(row => ({ row, height: row.getBoundingClientRect().height }))
    .filter(({ height }) => height > 0 && Math.abs(height - px) > 1.5)
    .map(({ row, height }) => `${height} px: ${row.tagName}.${row.className} ${row.textContent.slice(0, 60)}`)
}

/** Controls that cannot be scrolled into view and clicked, and a page that scrolls sideways. */
function outOfReach(): string[] {
  const faults: string[] = []
  const tooWide = document.documentElement.scrollWidth - innerWidth
  if (tooWide > 0) faults.push(`is ${tooWide} px too wide`)
  for (const control of document.querySelectorAll<HTMLElement>(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]',
  )) {
    if (!control.checkVisibility({ visibilityProperty: true }) || control.closest('[inert], .hidden, .skip')) continue
    control.scrollIntoView({ block: 'center', inline: 'center' })
    const [box] = control.getClientRects()
    if (!box || box.width === 0 || box.height === 0) continue
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    if (hit && (control.contains(hit) || hit.contains(control) || hit.closest('label')?.contains(control))) continue
    faults.push(`${control.outerHTML.slice(0, 120)} is covered by ${hit?.outerHTML.slice(0, 80)}`)
  }
  // where a page begins that is opened at another size
  for (const element of document.querySelectorAll('*')) element.scrollTo(0, 0)
  return faults
}
