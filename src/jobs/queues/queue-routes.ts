import {
  type Audit,
  actorSchema,
  type Endpoint,
  endpoint,
  ok,
  requireInstallation,
  runsInstallation,
} from '../../access'
import { z } from '../../base/parse'
import type { AnyKind } from '../kinds/kind'
import { QUEUE_NAMES } from '../kinds/queues'
import { reasonSchema } from '../lifecycle/reason'
import type { Schedules } from '../schedules/schedules'
import type { QueueControl } from './queue-control'
import type { QueueStatsReader } from './queue-stats'
import type { TenantQueueStats } from './tenant-queue-stats'

export interface QueueRoutesDeps {
  kinds: ReadonlyMap<string, AnyKind>
  queueControl: QueueControl
  queueStats: QueueStatsReader
  tenantQueueStats: TenantQueueStats
  schedules: Schedules
  audit: Audit
}

const quantiles = z.object({ p50: z.number().nullable(), p95: z.number().nullable() })
const time = z.string().nullable()
const counts = z.object({
  waiting: z.number(),
  active: z.number(),
  delayed: z.number(),
  waiting_children: z.number(),
  completed: z.number(),
  failed: z.number(),
})

const queueSchema = z.object({
  name: z.enum(QUEUE_NAMES),
  counts: counts.nullable(),
  oldest_waiting_seconds: z.number().nullable(),
  wait_ms: quantiles,
  run_ms: quantiles,
  paused: z.boolean(),
  paused_by: z.object({ reason: z.string(), by: actorSchema, at: z.string() }).nullable(),
  schedules: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.string(),
      every_ms: z.number().nullable(),
      cron: z.string().nullable(),
      timezone: z.string().nullable(),
      next_at: time,
      last_at: time,
      last_job_id: z.string().nullable(),
      overdue_seconds: z.number(),
    }),
  ),
})

export function queueRoutes(deps: QueueRoutesDeps): Endpoint[] {
  return [listRoute(deps), controlRoute(deps, 'pause'), controlRoute(deps, 'resume')]
}

function listRoute({ queueStats, tenantQueueStats, schedules, kinds }: QueueRoutesDeps): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/queues',
    role: 'viewer',
    summary:
      'Every queue: counts, oldest waiting job, wait and run times of the last hour, pauses, schedules. Of all jobs for those who run the installation, else of the jobs of the tenant (ended ones: of the last hour).',
    replies: { 200: z.object({ items: z.array(queueSchema) }) },
    async handle({ principal }) {
      const { tenantId } = principal
      const [queues, planned] = await Promise.all([
        runsInstallation(principal) ? queueStats.recent() : tenantQueueStats.of(tenantId),
        schedules.status(tenantId),
      ])
      const shown = planned.map(({ schedule, nextAt, overdueMs }) => ({
        queue: kinds.get(schedule.kind)?.queue,
        id: schedule.id,
        name: schedule.name,
        kind: schedule.kind,
        every_ms: schedule.every_ms,
        cron: schedule.cron,
        timezone: schedule.timezone,
        next_at: nextAt?.toISOString() ?? null,
        last_at: schedule.last_at?.toISOString() ?? null,
        last_job_id: schedule.last_job_id,
        overdue_seconds: overdueMs / 1000,
      }))
      const of = (name: string) => shown.filter(each => each.queue === name).map(({ queue: _, ...rest }) => rest)
      return ok({ items: queues.map(queue => ({ ...queue, schedules: of(queue.name) })) })
    },
  })
}

function controlRoute({ queueControl, queueStats, audit }: QueueRoutesDeps, verb: 'pause' | 'resume'): Endpoint {
  return endpoint({
    method: 'post',
    path: `/api/queues/{name}/${verb}`,
    role: 'operator',
    summary: verb === 'pause' ? 'Starts no more jobs of a queue until it is resumed.' : 'Starts jobs of a queue again.',
    params: z.strictObject({ name: z.string() }),
    body: z.strictObject({ reason: reasonSchema }),
    replies: { 200: z.object({ queue: queueSchema.omit({ schedules: true }) }) },
    async handle({ principal, params: { name }, body }) {
      requireInstallation(principal, verb === 'pause' ? 'Pausing a queue' : 'Resuming a queue')
      await queueControl[verb](name, { reason: body.reason, by: principal.actor })
      const target = { type: 'queue', id: name }
      await audit.record({ by: principal, action: `queue.${verb}`, target, reason: body.reason })
      return ok({ queue: (await queueStats.current()).find(queue => queue.name === name) })
    },
  })
}
