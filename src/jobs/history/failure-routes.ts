import { type Endpoint, endpoint, ok } from '../../access'
import type { Db } from '../../base/db'
import { pageSize, z } from '../../base/parse'
import { patternOf } from '../lifecycle/fingerprint'
import { groupFailures } from './failure-store'
import { filterFields } from './filter'

const { status: _, fingerprint: __, ...fields } = filterFields

const groupSchema = z.object({
  fingerprint: z.string(),
  kind: z.string(),
  queue: z.string(),
  code: z.string(),
  pattern: z.string(),
  example: z.string(),
  count: z.number(),
  first_at: z.iso.datetime(),
  last_at: z.iso.datetime(),
  last_job_id: z.string(),
})

/** Failed jobs by cause: many failures are few problems. */
export const failureRoutes = (db: Db): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/failures',
    role: 'viewer',
    summary: 'Failed jobs grouped by kind, code and message without its particulars; the most frequent first.',
    query: z.strictObject({ ...fields, limit: pageSize(50, 200) }),
    replies: { 200: z.object({ items: z.array(groupSchema) }) },
    async handle({ principal, query: { limit, ...filter } }) {
      const groups = await groupFailures(db, principal.tenantId, filter, limit)
      return ok({
        items: groups.map(({ error, firstAt, lastAt, lastJobId, ...rest }) => ({
          ...rest,
          code: error.code,
          pattern: patternOf(error.message),
          example: error.message,
          first_at: firstAt.toISOString(),
          last_at: lastAt.toISOString(),
          last_job_id: lastJobId,
        })),
      })
    },
  }),
]
