import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { failureRoutes as routes } from '../../contract/failures'
import { patternOf } from '../lifecycle/fingerprint'
import { groupFailures } from './failure-store'

/** Failed jobs, grouped by cause. */
export const failureRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, ...filter } }) => {
    const groups = await groupFailures(db, principal.tenantId, filter, limit)
    return ok({
      items: groups.map(({ error, firstAt, lastAt, lastJobId, ...rest }) => ({
        ...rest,
        code: error.code,
        pattern: patternOf(error.message),
        example: error.message,
        first_at: firstAt,
        last_at: lastAt,
        last_job_id: lastJobId,
      })),
    })
  }),
]
