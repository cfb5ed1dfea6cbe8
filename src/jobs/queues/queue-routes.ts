import type { Audit } from '../../access'
import { type Endpoint, endpoint, ok, requireInstallation } from '../../api'
import { notFound } from '../../base/errors'
import { queueRoutes as routes } from '../../contract/queues'
import type { Writer } from '../../streams'
import type { AnyKind } from '../kinds/kind'
import type { BriefSchedule } from '../schedules/schedule-store'
import type { Schedules } from '../schedules/schedules'
import type { QueueControl } from './queue-control'
import type { TenantQueueStats } from './tenant-queue-stats'
import { announceQueues } from './tenant-stats'

export interface QueueRoutesDeps {
  kinds: ReadonlyMap<string, AnyKind>
  streams: Writer
  queueControl: QueueControl
  queueStats: TenantQueueStats
  schedules: Schedules
  audit: Audit
}

/** Shows, pauses and resumes queues. */
export function queueRoutes(deps: QueueRoutesDeps): Endpoint[] {
  return [listRoute(deps), controlRoute(deps, 'pause'), controlRoute(deps, 'resume')]
}

const listRoute = ({ queueStats, schedules, kinds }: QueueRoutesDeps): Endpoint =>
  endpoint(routes.list, async ({ principal }) => {
    const { tenantId } = principal
    const [queues, planned] = await Promise.all([queueStats.of(tenantId), schedules.list(tenantId)])
    const shown = (schedule: BriefSchedule) => ({ ...schedule, overdue_seconds: schedules.overdueMs(schedule) / 1000 })
    const inQueue = (name: string) => planned.filter(({ kind }) => kinds.get(kind)?.queue === name)
    return ok({ items: queues.map(queue => ({ ...queue, schedules: inQueue(queue.name).map(shown) })) })
  })

const controlRoute = (
  { streams, queueControl, queueStats, audit }: QueueRoutesDeps,
  verb: 'pause' | 'resume',
): Endpoint =>
  endpoint(routes[verb], async ({ principal, params: { name }, body: { reason } }) => {
    requireInstallation(principal, verb === 'pause' ? 'Pausing a queue' : 'Resuming a queue')
    await queueControl[verb](name, { reason, by: principal.actor })
    await audit.record({ by: principal, action: `queue.${verb}`, target: { type: 'queue', id: name }, reason })
    const queue = (await queueStats.of(principal.tenantId)).find(each => each.name === name)
    if (!queue) throw notFound('queue')
    announceQueues(streams, principal.tenantId, [queue])
    return ok({ queue })
  })
