import { rows } from '../../src/base/db'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'

const DAY_MS = 86_400_000

/** The machine's time and some days more. */
export class Clock {
  days = 0
  readonly now = () => new Date(Date.now() + this.days * DAY_MS)
}

export interface PolicyFigures {
  target: string
  keep_seconds: number
  source: string
  setting: string | null
  oldest_kept_at: string | null
  lag_seconds: number | null
  rows: number | null
  bytes: number | null
  last_sweep: { at: string; deleted: number } | null
  dry_run: { at: string; deletable: number } | null
  error: { message: string } | null
}

export interface EndedRun {
  id: string
  status: string
  error: { code: string } | null
  result: { counts: Record<string, number>; errors: Record<string, string> }
  steps: { name: string; status: string }[]
  progress: Record<string, unknown>
}

/** Asks for a sweep (or a dry run) as an admin does, and waits for its job. */
export async function sweep(app: TestApp, options: { dry_run?: boolean } = {}): Promise<EndedRun> {
  const response = await app.post('/api/retention/run', { reason: 'a test', ...options })
  expect(response.status).toBe(202)
  const { job } = (await response.json()) as { job: { id: string } }
  return ended(app, job.id)
}

/** The job as soon as it has ended. */
export async function ended(app: TestApp, id: string): Promise<EndedRun> {
  let job: EndedRun | undefined
  await eventually(async () => {
    job = (await (await app.get(`/api/jobs/${id}`)).json()) as EndedRun
    return ['completed', 'failed', 'cancelled'].includes(job.status)
  }, `the end of job ${id}`)
  return job as EndedRun
}

export async function figures(app: TestApp) {
  const body = (await (await app.get('/api/retention')).json()) as {
    policies: PolicyFigures[]
    next_sweep_at: string | null
    last_sweep_at: string | null
    running_job_id: string | null
  }
  return { ...body, of: (target: string) => body.policies.find(policy => policy.target === target) as PolicyFigures }
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
  const [found] = await rows<{ count: number }>(
    app.app.db,
    `SELECT count(*) AS count FROM ${table} WHERE ${where}`,
    bindings,
  )
  return found?.count ?? 0
}
