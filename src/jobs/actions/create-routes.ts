import { accepted, type Endpoint, endpoint, type Principal } from '../../api'
import { badRequest, type Fault, Problem } from '../../base/errors'
import type { z } from '../../base/parse'
import { type JobsAccepted, jobRoutes as routes } from '../../contract/jobs'
import { linksOf, shownTo, toJob } from '../history/resource'
import { type AnyKind, startableKind } from '../kinds/kind'
import { newItem } from '../lifecycle/enqueue'
import type { EnqueueItem } from '../lifecycle/enqueue-effect'
import { REPLAYED, requestKeyOf } from '../lifecycle/request-key'
import type { Jobs, MadeJob } from './jobs'

interface Deps {
  jobs: Jobs
  kinds: ReadonlyMap<string, AnyKind>
}

type NewJob = z.output<typeof routes.create.body>

/** Creates jobs: one, or several at once. */
export const createRoutes = ({ jobs, kinds }: Deps): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body, req }) => {
    const item = itemOf(kinds, principal, body, 'body')
    const { id, kind } = item.row
    const { made, isReplayed } = await jobs.createRequested({
      jobs: [item],
      key: requestKeyOf(req.headers['idempotency-key'], body) ?? null,
      audit: {
        ...{ by: principal, action: 'job.create', target: { type: 'job', id } },
        ...{ reason: body.reason, data: { kind } },
      },
    })
    const job = shownTo(principal, toJob(made[0].row))
    return accepted({ job, links: linksOf(job.id) }, isReplayed ? REPLAYED : undefined)
  }),
  endpoint(routes.createMany, async ({ principal, body, req }) => {
    const items = itemsOf(kinds, principal, body.jobs)
    const { made, isReplayed } = await jobs.createRequested({
      jobs: items,
      key: requestKeyOf(req.headers['idempotency-key'], body) ?? null,
      audit: { by: principal, action: 'job.create_many', data: { count: items.length, kinds: countKinds(items) } },
    })
    return accepted(acceptedOf(made), isReplayed ? REPLAYED : undefined)
  }),
]

const itemOf = (kinds: Deps['kinds'], { tenantId, actor }: Principal, job: NewJob, where: string): EnqueueItem =>
  newItem(
    startableKind(kinds, job.kind, `${where}.kind`),
    job.input ?? {},
    { tenantId, createdBy: actor, priority: job.priority, delayMs: job.delay_ms, reason: job.reason },
    `${where}.input`,
  )

/** @throws Problem 400 that names the faults of all jobs, or 413 for the first whose input is too large */
function itemsOf(kinds: Deps['kinds'], principal: Principal, jobs: readonly NewJob[]): [EnqueueItem, ...EnqueueItem[]] {
  const faults: Fault[] = []
  const items = jobs.flatMap((job, i) => {
    try {
      return [itemOf(kinds, principal, job, `body.jobs.${i}`)]
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 400) throw error
      faults.push(...error.errors)
      return []
    }
  })
  if (faults.length) throw badRequest(faults)
  return items as [EnqueueItem, ...EnqueueItem[]]
}

function countKinds(items: readonly EnqueueItem[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { row } of items) counts[row.kind] = (counts[row.kind] ?? 0) + 1
  return counts
}

const acceptedOf = (made: readonly MadeJob[]): JobsAccepted => ({
  items: made.map(({ row: { id, kind, queue, status }, isNew }) => ({ id, kind, queue, status, created: isNew })),
  created: made.filter(({ isNew }) => isNew).length,
})
