import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Labels } from '../../contract/matchers'
import type { OpenAlert, OpenAlerts, RaiseItem, Raises } from '../occurrences'
import { CASES_MAX, type Case, type Condition, type Rule } from './condition'
import { type RuleSetting, readRuleSettings } from './rule-store'
import { ruleOf } from './rules'

const EVERY_MS = 5_000
/** The pause between two rounds is at least this many times as long as the last one took. */
const SHARE = 20

interface Deps {
  db: Db
  log: Log
  openAlerts: OpenAlerts
  tenantIds(): Promise<string[]>
  /** Whether this process watches for all. */
  isLeader(): boolean
  raises: Pick<Raises, 'raise' | 'resolve'>
}

/** Asks all conditions every few seconds, and makes the open alerts of their rules the same as what they find. */
export class Watcher implements Part {
  readonly name = 'alert conditions'
  private timer: NodeJS.Timeout | undefined
  private round: Promise<void> | undefined
  private stopped = false

  constructor(
    private readonly deps: Deps,
    private readonly conditions: readonly Condition[],
  ) {}

  async start() {
    this.wait(EVERY_MS)
  }

  async stop() {
    this.stopped = true
    clearTimeout(this.timer)
    await this.round
  }

  private wait(ms: number) {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      this.round = this.lookAndWait()
    }, ms)
    this.timer.unref()
  }

  private async lookAndWait() {
    const began = performance.now()
    if (this.deps.isLeader()) await this.look()
    const tookMs = performance.now() - began
    this.wait(Math.max(EVERY_MS - tookMs, SHARE * tookMs))
  }

  /** One round. A condition that cannot be asked leaves its alerts as they are. */
  async look(): Promise<void> {
    const retry = logRetryable(this.deps.log, 'Cannot look for conditions that raise alerts, will retry')
    const known = await Promise.all([readRuleSettings(this.deps.db, null), this.deps.tenantIds()]).catch(retry)
    if (!known) return
    const [settings, tenantIds] = known
    for (const condition of this.conditions) await this.settle(condition, tenantIds, settings).catch(retry)
  }

  private async settle(condition: Condition, tenantIds: readonly string[], settings: readonly RuleSetting[]) {
    const rules = tenantIds.map(tenantId => ruleOf(condition.defaults, tenantId, settings))
    const watched = rules.filter(({ enabled }) => enabled)
    const found = watched.length ? await condition.find(watched) : []
    const items: RaiseItem[] = []
    for (const rule of rules) {
      const cases = found.filter(({ tenantId }) => tenantId === rule.tenantId)
      items.push(...changes(rule, this.bounded(rule, cases), await this.openOf(rule)))
    }
    const { raises } = this.deps
    await Promise.all(items.map(item => (item.does === 'raise' ? raises.raise(item) : raises.resolve(item))))
  }

  private bounded(rule: Rule, cases: readonly Case[]): readonly Case[] {
    if (cases.length > CASES_MAX)
      this.deps.log.warn(`${rule.name} applies to ${cases.length} cases; only the first ${CASES_MAX} raise alerts`)
    return cases.slice(0, CASES_MAX)
  }

  private async openOf({ tenantId, name, source }: Rule): Promise<OpenAlert[]> {
    const open = await this.deps.openAlerts.of(tenantId)
    return open.all().filter(alert => alert.source === source && alert.labels.alertname === name)
  }
}

/** What makes the open alerts of a rule the same as its cases. */
function changes(rule: Rule, cases: readonly Case[], open: readonly OpenAlert[]): RaiseItem[] {
  const { tenantId, source, enabled } = rule
  const wanted = new Map(cases.map(each => [keyOf(labelsOf(rule, each)), each]))
  const firing = new Set(open.map(({ labels }) => keyOf(labels)))
  const over = open.filter(({ labels }) => !wanted.has(keyOf(labels)))
  const begun = [...wanted].flatMap(([key, each]) => (firing.has(key) ? [] : [each]))
  return [
    ...over.map(({ labels }) => {
      const resolvedBy = enabled ? ('sender' as const) : ('disabled' as const)
      return { does: 'resolve' as const, tenantId, source, labels, resolvedBy }
    }),
    ...begun.map(each => {
      const { annotations, links } = each
      return { does: 'raise' as const, tenantId, source, labels: labelsOf(rule, each), annotations, links }
    }),
  ]
}

const labelsOf = ({ name, severity }: Rule, { labels }: Case): Labels => ({ alertname: name, severity, ...labels })

const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
