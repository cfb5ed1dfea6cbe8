import { formatCount } from '../../../text/numbers'
import type { FailedKind, FailureLimit } from '../../jobs'
import type { Condition, Rule } from './condition'

/** @param failedKinds the kinds of which too many jobs failed */
export const failedJobs = (failedKinds: (limits: FailureLimit[]) => Promise<FailedKind[]>): Condition => ({
  defaults: {
    name: 'JobsFailing',
    source: 'jobs',
    summary: '`threshold` or more jobs of a kind failed within `window_seconds`.',
    severity: 'warning',
    threshold: 3,
    windowSeconds: 600,
  },
  async find(rules) {
    const kinds = await failedKinds(rules.map(limitOf))
    return kinds.map(({ tenant_id, kind, count, last_id, last_message }) => ({
      tenantId: tenant_id,
      labels: { kind },
      annotations: {
        summary: `${formatCount(count)} ${kind} jobs failed`,
        ...(last_message && { description: `The latest: ${last_message}` }),
      },
      links: {
        'Failed jobs': `/jobs?kind=${encodeURIComponent(kind)}&status=failed`,
        'Latest job': `/jobs/${last_id}`,
      },
    }))
  },
})

const limitOf = ({ tenantId, threshold, windowSeconds }: Rule): FailureLimit => ({
  tenantId,
  threshold: threshold ?? 1,
  windowSeconds: windowSeconds ?? 600,
})
