import { DEFAULT_TENANT_ID } from '../../../src/api'
import type { RulePreview } from '../../../src/contract/monitor-rules'
import { previewRule } from '../../../src/monitors/preview/preview'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { addChecks as addCheckRows, addMonitor, addTenant, CHECK_EVERY_MS as STEP_MS } from '../rows'

let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ TAILRACE_ROLE: 'web' })
})
afterAll(() => apps?.stop())
beforeEach(() => app.app.db.raw('DELETE FROM monitors'))

const addChecks = (monitorId: string, letters: string, more?: Parameters<typeof addCheckRows>[3]) =>
  addCheckRows(app.app.db, monitorId, letters, more)

async function preview(rule: Record<string, unknown>): Promise<RulePreview> {
  const response = await app.post('/api/rules/preview', rule)
  const text = await response.text()
  if (response.status !== 200) throw new Error(text)
  return JSON.parse(text)
}

test('says when a rule would have fired, for the monitors that it selects', async () => {
  const web = await addMonitor(app.app.db, { name: 'Web', labels: { team: 'a' } })
  const mail = await addMonitor(app.app.db, { name: 'Mail', labels: { team: 'b' } })
  const at = await addChecks(web, 'uudddduuddu')
  const later = await addChecks(mail, 'uuuuuuuuddd')
  const rule = { type: 'consecutive_failures', threshold: 3 }
  const all = await preview(rule)
  expect(all).toMatchObject({ count: 2, monitors: 2 })
  expect(all.items).toEqual([
    { monitor_id: web, monitor_name: 'Web', from: at[4], to: at[6] },
    { monitor_id: mail, monitor_name: 'Mail', from: later[10], to: null },
  ])
  expect(Date.parse(all.to) - Date.parse(all.from)).toBe(7 * 86_400_000)
  expect(await preview({ ...rule, monitors: { labels: { team: 'b' } } })).toMatchObject({ count: 1, monitors: 1 })
  expect(await preview({ ...rule, monitors: { ids: [web] } })).toMatchObject({ count: 1, monitors: 1 })
  expect(await preview({ ...rule, threshold: 2, monitors: { ids: [web] } })).toMatchObject({ count: 2 })
  expect(await preview({ ...rule, since: at[5] })).toMatchObject({ count: 1, from: at[5] })
  await app.app.db('monitors').where({ id: mail }).update({ enabled: false })
  expect((await preview(rule)).items[1]).toMatchObject({ from: later[10], to: later[10] })
})

test('replays latencies, error rates, certificates and heartbeats', async () => {
  const web = await addMonitor(app.app.db, { name: 'Web' })
  const push = await addMonitor(app.app.db, { name: 'Backup', type: 'push' })
  const hash = Buffer.alloc(32, 7)
  await app.app.db('monitor_certificates').insert({
    monitor_id: web,
    hash,
    facts: JSON.stringify({ expires_at: new Date(Date.now() + 20 * 86_400_000).toISOString() }),
  })
  const at = await addChecks(web, 'uuuudd', { latencyMs: 900, certificate: hash })
  const beats = await addChecks(push, 'ummmu')
  const items = async (rule: Record<string, unknown>) =>
    (await preview(rule)).items.map(({ monitor_name, from, to }) => ({ monitor_name, from, to }))
  const slow = { monitor_name: 'Web', from: at[2], to: null }
  expect(await items({ type: 'latency_over', threshold: 800 })).toEqual([slow])
  expect(await items({ type: 'latency_over', threshold: 900 })).toEqual([])
  expect(await items({ type: 'error_rate', threshold: 40, monitors: { ids: [web] } })).toEqual([
    { ...slow, from: at[5] },
  ])
  expect(await items({ type: 'tls_expiry', threshold: 30 })).toEqual([{ ...slow, from: at[0] }])
  expect(await items({ type: 'tls_expiry', threshold: 19 })).toEqual([])
  expect(await items({ type: 'missed_heartbeat', threshold: 2 })).toEqual([
    { monitor_name: 'Backup', from: beats[2], to: beats[4] },
  ])
})

test('of a hundred firings and more, the first hundred are listed and all are counted', async () => {
  const flapping = await addMonitor(app.app.db, { name: 'Flapping' })
  const at = await addChecks(flapping, 'du'.repeat(350))
  const { count, items } = await preview({ type: 'consecutive_failures', threshold: 1 })
  expect(count).toBe(350)
  expect(items).toHaveLength(100)
  expect(items[99]).toMatchObject({ from: at[198], to: at[199] })
})

test('with too many checks, the period is shorter and says so', async () => {
  const { db } = app.app
  const web = await addMonitor(db, { name: 'Web' })
  const eager = await addMonitor(db, { name: 'Eager', interval_seconds: 3_600 })
  await addChecks(web, 'u'.repeat(300))
  await addChecks(eager, 'ud'.repeat(3_000)) // far more often than every hour
  const to = Date.now()
  const request = {
    ...{ tenantId: DEFAULT_TENANT_ID, from: to - 86_400_000 * 7, to, signal: new AbortController().signal },
    rule: { type: 'consecutive_failures' as const, threshold: 1, window_seconds: null, percentile: null },
  }
  const of = (ids: string[], checksMax: number) =>
    previewRule(db, { ...request, rule: { ...request.rule, monitors: { ids } } }, checksMax)
  expect((await of([web], 100)).from).toBe(to - 100 * STEP_MS)
  const { from, firings } = await of([eager], 1_000)
  expect(from).toBeGreaterThan(request.from)
  expect(firings.count).toBe(Math.floor((to - from) / STEP_MS / 2))
  expect((await of([eager], 100_000)).firings.count).toBe(3_000)
  const left = AbortSignal.abort(new Error('left'))
  const gone = previewRule(db, { ...request, rule: { ...request.rule, monitors: { all: true } }, signal: left })
  await expect(gone).rejects.toThrow('left')
})

test('another tenant sees none of it; a time in the future and nothing selected are refused', async () => {
  const other = await addTenant(app.app.db)
  const foreign = await addMonitor(app.app.db, { name: 'Foreign', tenant_id: other })
  await addChecks(foreign, 'ddd')
  const rule = { type: 'consecutive_failures', threshold: 1 }
  expect(await preview({ ...rule, monitors: { ids: [foreign] } })).toMatchObject({ count: 0, monitors: 0 })
  const future = new Date(Date.now() + 60_000).toISOString()
  expect((await app.post('/api/rules/preview', { ...rule, since: future })).status).toBe(400)
  expect((await app.post('/api/rules/preview', { ...rule, monitors: {} })).status).toBe(400)
})
