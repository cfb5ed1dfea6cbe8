import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { failureRoutes as routes } from '../../contract/failures'
import { patternOf } from '../lifecycle/fingerprint'
import { groupFailures } from './failure-store'

/** Jobs that went wrong, grouped by cause. */
export const failureRoutes = (db: Db): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { sort, limit, ...filter } }) => {
    const groups = await groupFailures(db, principal.tenantId, filter, { sort, limit })
    return ok({
      items: groups.map(({ cause, firstAt, lastAt, lastJobId, ...rest }) => ({
        ...rest,
        code: cause.code,
        pattern: patternOf(cause.message),
        example: cause.message,
        first_at: firstAt,
        last_at: lastAt,
        last_job_id: lastJobId,
      })),
    })
  }),
]
