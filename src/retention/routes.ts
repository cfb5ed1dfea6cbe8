import { DEFAULT_TENANT_ID, type Endpoint, endpoint, ok, requireInstallation, runsInstallation } from '../access'
import { z } from '../base/parse'
import { jobSchema, linksOf, linksSchema, reasonSchema } from '../jobs'
import { cleanup } from './kind'
import { lagSeconds, type Policy } from './policies'
import { type Retention, SCHEDULE } from './retention'
import { readTargets, type TargetRow } from './store'

const time = z.string().nullable()
const amount = z.number().nullable()

const policySchema = z.object({
  target: z.string(),
  summary: z.string(),
  keep_seconds: z.number(),
  source: z.enum(['setting', 'default', 'fixed']),
  setting: z.string().nullable(),
  oldest_kept_at: time,
  lag_seconds: amount,
  rows: amount,
  bytes: amount,
  measured_at: time,
  last_sweep: z.object({ at: z.string(), deleted: z.number() }).nullable(),
  dry_run: z.object({ at: z.string(), deletable: z.number() }).nullable(),
  error: z.object({ message: z.string(), at: z.string() }).nullable(),
})

/** What is kept for how long, and sweeping now. Figures are about all tenants: only the one that runs the program has them. */
export const retentionRoutes = (retention: Retention): Endpoint[] => [listRoute(retention), runRoute(retention)]

function listRoute(retention: Retention): Endpoint {
  const { db, jobs } = retention.deps
  return endpoint({
    method: 'get',
    path: '/api/retention',
    role: 'viewer',
    summary: 'What is kept for how long and who says so; the oldest kept, the lag, the last and the next sweep.',
    replies: {
      200: z.object({
        policies: z.array(policySchema),
        last_sweep_at: time,
        next_sweep_at: time,
        last_job_id: z.string().nullable(),
        running_job_id: z.string().nullable(),
      }),
    },
    async handle({ principal }) {
      const home = runsInstallation(principal)
      const [stored, planned, open] = await Promise.all([
        home ? readTargets(db) : new Map<string, TargetRow>(),
        home ? jobs.schedules.status(DEFAULT_TENANT_ID) : [],
        jobs.list(
          principal.tenantId,
          { kind: [cleanup.name], status: ['scheduled', 'pending', 'running'] },
          { limit: 1 },
        ),
      ])
      const schedule = planned.find(each => each.schedule.name === SCHEDULE)
      const sweeps = [...stored.values()].flatMap(({ swept_at }) => (swept_at ? [swept_at.getTime()] : []))
      const now = retention.now()
      return ok({
        policies: retention.policies.map(policy => shown(policy, stored.get(policy.target.name), now)),
        last_sweep_at: sweeps.length ? new Date(Math.max(...sweeps)).toISOString() : null,
        next_sweep_at: schedule?.nextAt?.toISOString() ?? null,
        last_job_id: schedule?.schedule.last_job_id ?? null,
        running_job_id: open.items[0]?.id ?? null,
      })
    },
  })
}

function shown(policy: Policy, row: TargetRow | undefined, now: Date): z.input<typeof policySchema> {
  const { target, keepMs, source, setting } = policy
  const swept = row?.swept_at && { at: row.swept_at.toISOString(), deleted: row.deleted ?? 0 }
  const counted = row?.counted_at && { at: row.counted_at.toISOString(), deletable: row.countable ?? 0 }
  return {
    target: target.name,
    summary: target.summary,
    keep_seconds: keepMs / 1_000,
    source,
    setting,
    oldest_kept_at: row?.oldest?.toISOString() ?? null,
    lag_seconds: row?.measured_at ? lagSeconds(policy, row.oldest, now) : null,
    rows: row?.rows ?? null,
    bytes: row?.bytes ?? null,
    measured_at: row?.measured_at?.toISOString() ?? null,
    last_sweep: swept ?? null,
    dry_run: counted ?? null,
    error: row?.error && row.error_at ? { message: row.error, at: row.error_at.toISOString() } : null,
  }
}

function runRoute({ deps: { jobs, audit } }: Retention): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/retention/run',
    role: 'admin',
    summary:
      'Removes now what is past its term, as a job; `dry_run` only counts it. While one runs, that one is answered.',
    body: z.strictObject({ reason: reasonSchema.optional(), dry_run: z.boolean().default(false) }),
    replies: { 202: z.object({ job: jobSchema, links: linksSchema }) },
    async handle({ principal, body: { reason, dry_run } }) {
      requireInstallation(principal, 'Sweeping')
      const request = { tenantId: principal.tenantId, createdBy: principal.actor, reason }
      const { job } = await jobs.enqueue(cleanup, { dry_run, reason }, request)
      const target = { type: 'job', id: job.id }
      await audit.record({ by: principal, action: 'retention.run', target, reason, data: { dry_run } })
      return { status: 202, body: { job, links: linksOf(job.id) } }
    },
  })
}
