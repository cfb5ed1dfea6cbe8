import type { Browser, Page } from 'playwright-core'
import { newId } from '../../src/base/ids'
import type { TestApp } from '../support/app'
import { describeInBrowser, signIn, startStage, type Visitor, visit } from './browser'

const JOBS = 10_000
const MOVING = 500
const ROUNDS = 10
const ABOUT = { kind: 'demo', queue: 'demo', status: 'running', attempt: 1, max_attempts: 1, parent_id: null }
/** Enough for a page with a few screens of rows. */
const ELEMENTS_MAX = 6_000

describeInBrowser('pages with ten thousand jobs', () => {
  let browser: Browser
  let app: TestApp
  let tenantId: string
  let visitor: Visitor
  let page: Page
  const ids = Array.from({ length: JOBS }, () => newId()).sort()
  const moving = ids.slice(-MOVING)

  beforeAll(async () => {
    ;({ app, browser } = await startStage())
    const me = (await (await app.get('/api/session')).json()) as { tenant: { id: string } }
    tenantId = me.tenant.id
    await insertJobs(ids, null)
    await app.app.db.raw(
      `UPDATE jobs SET status = 'scheduled', run_at = now() + interval '1 day', started_at = NULL, ended_at = NULL WHERE id = ANY(?)`,
      [moving],
    )
    visitor = await visit(browser, app.url)
    page = visitor.page
    await signIn(visitor, app, '/jobs')
    await page.locator('.job-row').first().waitFor()
  })
  afterAll(async () => {
    expect(visitor?.errors).toEqual([])
  })

  /** Inserts rows directly, since only the page is tested. */
  const insertJobs = (made: string[], parent: string | null) =>
    app.app.db.raw(
      `INSERT INTO jobs (tenant_id, id, kind, queue, status, attempt, max_attempts, priority, input, parent_id, root_id, created_by,
         created_at, started_at, ended_at)
       SELECT :tenantId::uuid, id, 'demo', 'demo', 'completed', 1, 1, 0, '{"name":"made up"}', :parent::uuid,
         coalesce(:parent::uuid, id),
         '{"type":"system","id":null,"name":"test"}', now() - interval '1 minute', now() - interval '1 minute',
         now() - interval '1 minute'
       FROM unnest(:made::uuid[]) AS id`,
      { tenantId, made, parent },
    )

  const emit = (kind: string, more: (id: string) => object) =>
    app.app.streams.write(
      { tenantId, name: 'events' },
      moving.map(id => ({
        kind,
        source: 'jobs',
        data: { labels: {}, data: { ...ABOUT, job_id: id, root_id: id, ...more(id) } },
      })),
    )
  const elements = () => page.evaluate(() => document.querySelectorAll('*').length)

  it('load all jobs while scrolling, with few elements', async () => {
    await page.waitForFunction(() => {
      scrollTo(0, document.body.scrollHeight)
      return document.querySelector('.more') === null
    })
    await page.locator(`[data-job="${ids[0]}"]`).waitFor()
    expect(await elements()).toBeLessThan(ELEMENTS_MAX)
  })

  it('update at most once per frame, however many jobs change', async () => {
    await page.evaluate(() => scrollTo(0, 0))
    const first = page.locator(`[data-job="${ids.at(-1)}"]`)
    await first.waitFor()
    await page.evaluate(countChanges)
    // not ended before: a row that begins anew is read from the server again, where these jobs do not run
    await emit('job_started', () => ({}))
    await first.locator('.is-running').waitFor()
    for (let round = 1; round <= ROUNDS; round++) {
      await emit('job_progress', () => ({ progress: { done: round, total: ROUNDS } }))
      await app.app.streams.flush()
    }
    await first.locator('.progress', { hasText: '100%' }).waitFor()
    const { changes, frames } = await page.evaluate(counted)
    expect(changes).toBeLessThan(frames * 3)
    expect(changes).toBeLessThan((MOVING * ROUNDS) / 10)
    expect(await elements()).toBeLessThan(ELEMENTS_MAX)
  })

  it('count all child jobs of a job and load them while scrolling', async () => {
    const parent = newId()
    const children = Array.from({ length: JOBS }, () => newId()).sort()
    await insertJobs([parent], null)
    await insertJobs(children, parent)
    await page.goto(`${app.url}/jobs/${parent}?tab=children`)
    await page.getByText('10,000 child jobs').waitFor()
    await page.waitForFunction(() => {
      scrollTo(0, document.body.scrollHeight)
      return document.querySelector('.tree-node') !== null && document.querySelector('.more') === null
    })
    await page.locator(`[data-job="${children[0]}"]`).waitFor()
    expect(await elements()).toBeLessThan(ELEMENTS_MAX)
  })
})

interface Counted {
  changes: number
  frames: number
}

/** Runs in the page: starts counting frames and changes of the list. */
function countChanges() {
  const counts = { changes: 0, frames: 0 }
  Object.assign(globalThis, { counts })
  new MutationObserver(() => counts.changes++).observe(document.querySelector('.jobs') ?? document.body, {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
  })
  const frame = () => {
    counts.frames++
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

const counted = () => (globalThis as unknown as { counts: Counted }).counts
