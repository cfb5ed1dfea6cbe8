import { accepted, DEFAULT_TENANT_ID, type Endpoint, endpoint, ok, requireInstallation, runsInstallation } from '../api'
import { type RetentionPolicy, retentionRoutes as routes } from '../contract/retention'
import { linksOf } from '../jobs'
import { cleanup } from './kind'
import { lagSeconds, type Policy } from './policies'
import { type Retention, SCHEDULE } from './retention'
import { readTargets, type TargetRow } from './store'

/** Retention periods, and starting a sweep. The figures cover all tenants, so only the default tenant sees them. */
export const retentionRoutes = (retention: Retention): Endpoint[] => [statusRoute(retention), runRoute(retention)]

function statusRoute(retention: Retention): Endpoint {
  const { db, jobs } = retention.deps
  return endpoint(routes.get, async ({ principal }) => {
    const seesFigures = runsInstallation(principal)
    const [stored, hourly, open] = await Promise.all([
      seesFigures ? readTargets(db) : new Map<string, TargetRow>(),
      seesFigures ? jobs.schedules.find(DEFAULT_TENANT_ID, SCHEDULE) : undefined,
      jobs.list(
        principal.tenantId,
        { kind: [cleanup.name], status: ['scheduled', 'pending', 'running'] },
        { limit: 1 },
      ),
    ])
    const sweeps = [...stored.values()].flatMap(({ swept_at }) => (swept_at ? [swept_at.getTime()] : []))
    const now = retention.now()
    return ok({
      policies: retention.policies.map(policy => policyOf(policy, stored.get(policy.target.name), now)),
      last_sweep_at: sweeps.length ? new Date(Math.max(...sweeps)) : null,
      next_sweep_at: hourly?.next_at ?? null,
      last_job_id: hourly?.last_job_id ?? null,
      running_job_id: open.items[0]?.id ?? null,
    })
  })
}

function policyOf(policy: Policy, row: TargetRow | undefined, now: Date): RetentionPolicy {
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
  return endpoint(routes.run, async ({ principal, body: { reason, dry_run } }) => {
    requireInstallation(principal, 'Sweeping')
    const request = { tenantId: principal.tenantId, createdBy: principal.actor, reason }
    const { job } = await jobs.enqueue(cleanup, { dry_run, reason }, request)
    const target = { type: 'job', id: job.id }
    await audit.record({ by: principal, action: 'retention.run', target, reason, data: { dry_run } })
    return accepted({ job, links: linksOf(job.id) })
  })
}
