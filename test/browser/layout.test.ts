import type { Browser, Page } from 'playwright-core'
import { PAGES } from '../../src/contract/pages'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'
import { openWhole, pathsOf, type Seeded, seed } from './seed'

const WIDE_PX = 1_400
const SIZES = [
  ['at 1,400 px', { viewport: { width: WIDE_PX, height: 900 } }],
  ['at 390 px', { viewport: { width: 390, height: 844 } }],
  // what a window of 1,400 × 900 pixels is at 200 %
  ['at 200 %', { viewport: { width: 700, height: 450 }, deviceScaleFactor: 2 }],
] as const
/** The sum of all shifts while a page loads. */
const SHIFT_MAX = 0.1
const ROW_PX = 32

interface Shift extends PerformanceEntry {
  value: number
  sources: Array<{ node: Element | null; previousRect: DOMRect; currentRect: DOMRect }>
}

describeInBrowser('the layout of every page', () => {
  let browser: Browser
  let app: TestApp
  let seeded: Seeded
  let visitor: Visitor

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    seeded = await seed(app)
    visitor = await visit(browser, app.url)
    await signIn(visitor, app, '/jobs')
  })

  describe.each(SIZES)('%s', (_, size) => {
    let page: Page

    beforeAll(async () => {
      const { cookies, origins } = await visitor.context.storageState()
      const context = await browser.newContext({ ...size, storageState: { cookies, origins } })
      page = await context.newPage()
    })
    afterAll(() => page.context().close())

    it.each(PAGES.map(({ name }) => name))(
      '%s hardly shifts while it loads, has rows of one height, every control within reach and one primary button at most',
      async name => {
        const faults: string[] = []
        for (const path of pathsOf(name, seeded)) {
          await openWhole(page, app.url + path)
          const shifts = await page.evaluate(shiftsOfPage, SHIFT_MAX)
          const rows = size.viewport.width === WIDE_PX ? await page.evaluate(highRows, ROW_PX) : []
          const controls = await page.evaluate(outOfReach)
          const primary = await page.locator('main .primary:visible').count()
          if (primary > 1) faults.push(`${path} has ${primary} primary buttons`)
          faults.push(...[...shifts, ...rows, ...controls].map(fault => `${path} ${fault}`))
        }
        expect(faults).toEqual([])
      },
    )
  })
})

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
  return faults
}
