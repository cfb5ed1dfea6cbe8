import { z } from '../../src/base/parse'
import { oneRow } from '../../src/base/rows'
import type { RetentionPolicy, RetentionStatus } from '../../src/contract/retention'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'

const DAY_MS = 86_400_000

/** The real time plus some days. */
export class Clock {
  days = 0
  readonly now = () => new Date(Date.now() + this.days * DAY_MS)
}

export interface EndedRun {
  id: string
  status: string
  error: { code: string } | null
  result: { counts: Record<string, number>; errors: Record<string, string> }
  steps: { name: string; status: string }[]
  progress: Record<string, unknown>
}

/** Starts a sweep or a dry run as an admin, and waits for its job. */
export async function sweep(app: TestApp, options: { dry_run?: boolean } = {}): Promise<EndedRun> {
  const response = await app.post('/api/retention/run', { reason: 'a test', ...options })
  expect(response.status).toBe(202)
  const { job } = (await response.json()) as { job: { id: string } }
  return ended(app, job.id)
}

/** The job, once it has ended. */
export async function ended(app: TestApp, id: string): Promise<EndedRun> {
  let job: EndedRun | undefined
  await eventually(async () => {
    job = (await (await app.get(`/api/jobs/${id}`)).json()) as EndedRun
    return ['completed', 'failed', 'cancelled'].includes(job.status)
  }, `the end of job ${id}`)
  return job as EndedRun
}

export async function figures(app: TestApp) {
  const status = (await (await app.get('/api/retention')).json()) as RetentionStatus
  const of = (target: string) => status.policies.find(policy => policy.target === target) as RetentionPolicy
  return { ...status, of }
}

/** Runs a demo job and waits for its end. */
export async function demo(app: TestApp, step: Record<string, unknown>, headers: Record<string, string> = {}) {
  const id = await begin(app, step, headers)
  await ended(app, id)
  return id
}

export async function begin(app: TestApp, step: Record<string, unknown>, headers: Record<string, string> = {}) {
  const response = await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work', ...step }] } }, headers)
  expect(response.status).toBe(202)
  return ((await response.json()) as { job: { id: string } }).job.id
}

export async function countOf(app: TestApp, table: string, where = 'true', bindings: unknown[] = []): Promise<number> {
  const { count } = await oneRow(
    app.app.db,
    z.object({ count: z.number() }),
    `SELECT count(*) AS count FROM ${table} WHERE ${where}`,
    bindings,
  )
  return count
}
