import type { Condition } from '../alerts'
import { DEFAULT_TENANT_ID } from '../api'

/** @param lags how long the oldest item of each target is overdue for removal */
export const retentionBehind = (lags: () => Promise<{ target: string; seconds: number }[]>): Condition => ({
  defaults: {
    name: 'RetentionBehind',
    source: 'retention',
    summary: 'Retention is behind: something is overdue for removal by more than `window_seconds`.',
    severity: 'warning',
    threshold: null,
    windowSeconds: 86_400,
  },
  async find(rules) {
    const rule = rules.find(({ tenantId }) => tenantId === DEFAULT_TENANT_ID)
    if (!rule) return []
    const late = (await lags()).filter(({ seconds }) => seconds > (rule.windowSeconds ?? 0))
    return late.map(({ target }) => ({
      tenantId: DEFAULT_TENANT_ID,
      labels: { target },
      annotations: {
        summary: `Retention is behind: ${target}`,
        description: 'Old data is not removed, and the database grows. See the latest cleanup job.',
      },
      links: { Retention: '/admin/retention', 'Cleanup jobs': '/jobs?kind=cleanup' },
    }))
  },
})
