import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, Problem } from '../../base/errors'
import { ParallelLimit } from '../../base/parallel-limit'
import { ruleRoutes as routes } from '../../contract/monitor-rules'
import { thresholdOf } from '../rules/thresholds'
import { previewRule } from './preview'

const PERIOD_MS = 7 * 86_400_000
/** Previews of one tenant at the same time. */
const PREVIEWS_MAX = 4

const tooMany = (max: number) =>
  new Problem(429, 'too_many_previews', `${max} previews of rules are being made. Try again in a moment.`, [], {
    'Retry-After': '2',
  })

/** When a rule would have fired. */
export function previewRoutes(db: Db): Endpoint[] {
  const limit = new ParallelLimit(PREVIEWS_MAX, tooMany)
  return [
    endpoint(routes.preview, async ({ principal: { tenantId }, body: { since, ...rule }, res }) => {
      const to = Date.now()
      const from = since ? Date.parse(since) : to - PERIOD_MS
      if (from >= to) throw badRequest([{ path: 'body.since', message: 'must be in the past' }])
      const left = new AbortController()
      res.once('close', () => left.abort(new Error('The client went away')))
      const { window_seconds = null, percentile = null } = rule
      const request = {
        tenantId,
        rule: { ...rule, threshold: thresholdOf(rule), window_seconds, percentile },
        from,
        to,
        signal: left.signal,
      }
      const preview = await limit
        .run(tenantId, () => previewRule(db, request))
        .catch(error => {
          if (!left.signal.aborted) throw error
        })
      if (!preview) return
      const { firings, monitors } = preview
      return ok({
        from: timeOf(preview.from),
        to: timeOf(to),
        count: firings.count,
        monitors,
        items: firings.first().map(firing => ({
          monitor_id: firing.monitor.id,
          monitor_name: firing.monitor.name,
          from: timeOf(firing.from),
          to: firing.to === null ? null : timeOf(firing.to),
        })),
      })
    }),
  ]
}

const timeOf = (ms: number) => new Date(ms).toISOString()
