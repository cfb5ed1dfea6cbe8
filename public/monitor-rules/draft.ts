import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { MonitorRule, RuleMonitors, RuleType } from '../../src/contract/monitor-rules'
import { RULE_TYPE_INFO } from './rule-types'

type RuleBody = RequestOf<RouteAt<'post', '/api/rules'>>['body']
type PreviewBody = RequestOf<RouteAt<'post', '/api/rules/preview'>>['body']

/** What the form of a rule holds. Numbers are as they were typed. */
export interface RuleDraft {
  name: string
  type: RuleType
  threshold: string
  windowSeconds: string
  percentile: string
  severity: MonitorRule['severity']
  scope: 'all' | 'labels' | 'ids'
  /** `team=web, tier=1`. */
  labels: string
  ids: readonly string[]
}

const WINDOW_SECONDS = '300'
const PERCENTILE = '95'

export function draftOf(rule: MonitorRule | null): RuleDraft {
  const { name = '', type = 'consecutive_failures', severity = 'critical' } = rule ?? {}
  const { ids, labels = {} } = rule?.monitors ?? {}
  return {
    ...{ name, type, severity },
    threshold: String(rule?.threshold ?? RULE_TYPE_INFO[type].usual),
    windowSeconds: String(rule?.window_seconds ?? WINDOW_SECONDS),
    percentile: String(rule?.percentile ?? PERCENTILE),
    scope: ids ? 'ids' : Object.keys(labels).length > 0 ? 'labels' : 'all',
    labels: Object.entries(labels)
      .map(pair => pair.join('='))
      .join(', '),
    ids: ids ?? [],
  }
}

/** Another type has another unit, so it begins with its usual threshold. */
export const ofType = (type: RuleType) => ({ type, threshold: String(RULE_TYPE_INFO[type].usual) })

/** The pairs of `team=web, tier=1`; null if it is not such a text. */
export function labelsIn(text: string): Record<string, string> | null {
  const pairs = text.split(',').map(part => part.trim())
  const found = pairs.filter(part => part !== '').map(part => /^([a-zA-Z_]\w*)\s*=\s*"?(.*?)"?$/.exec(part))
  if (found.length === 0 || found.some(match => match === null)) return null
  return Object.fromEntries(found.map(match => [match?.[1] ?? '', match?.[2] ?? '']))
}

/** What a rule would do; null while the form is not complete. */
export function previewBody(draft: RuleDraft): PreviewBody | null {
  const { hasWindow, hasPercentile, max = Number.POSITIVE_INFINITY } = RULE_TYPE_INFO[draft.type]
  const monitors = monitorsOf(draft)
  const threshold = positive(draft.threshold)
  const window_seconds = positive(draft.windowSeconds)
  const percentile = positive(draft.percentile)
  if (!monitors || !threshold || threshold > max) return null
  if ((hasWindow && !window_seconds) || (hasPercentile && !percentile)) return null
  return {
    ...{ type: draft.type, threshold, monitors },
    ...(hasWindow && window_seconds && { window_seconds }),
    ...(hasPercentile && percentile && { percentile }),
  }
}

/** The rule as it is saved; null while the form is not complete. */
export function ruleBody(draft: RuleDraft): RuleBody | null {
  const body = previewBody(draft)
  const name = draft.name.trim()
  return body && name !== '' ? { ...body, name, severity: draft.severity } : null
}

function monitorsOf({ scope, labels, ids }: RuleDraft): RuleMonitors | null {
  if (scope === 'all') return { all: true }
  if (scope === 'ids') return ids.length > 0 ? { ids: [...ids] } : null
  const found = labelsIn(labels)
  return found && { labels: found }
}

function positive(text: string): number | null {
  const value = Number(text)
  return text.trim() !== '' && value > 0 ? value : null
}
