import { DEFAULT_TENANT_ID } from '../../api'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { HealthChanged } from '../../contract/health'
import type { Writer } from '../../streams'
import type { IncomingAlert, Intake } from '../occurrences'
import type { Rule, RuleDefaults } from './condition'

export const notReady: RuleDefaults = {
  name: 'NotReady',
  source: 'health',
  summary: 'A part that `/readyz` of a process checks has not worked for longer than `window_seconds`.',
  severity: 'critical',
  threshold: null,
  windowSeconds: 30,
}

const EVERY_MS = 5_000
/** Alerts of a process that has died resolve after this time. */
const ENDS_MS = 60_000
/** Without these nothing works. */
const ESSENTIAL = ['postgres', 'redis']

interface Deps {
  log: Log
  streams: Pick<Writer, 'write'>
  service: string
  /** The name of this process. */
  instance: string
  /** What `/readyz` reports: `ok` or what is wrong, by part. */
  readiness(): Promise<Record<string, string>>
  rule(): Promise<Rule>
  /** Its repeats are cheap, and end when the process has died. */
  intake: Pick<Intake, 'accept'>
}

/**
 * Watches what `/readyz` of this process reports: each change is an event, and a part that stays down an alert. Both
 * concern the installation, so they belong to the default tenant.
 */
export class HealthWatcher implements Part {
  readonly name = 'health'
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private last: Record<string, string> = {}
  private status: HealthChanged['status'] = 'ok'
  /** Since when parts have been down. */
  private readonly downSince = new Map<string, number>()
  private readonly raised = new Set<string>()

  constructor(private readonly deps: Deps) {}

  async start() {
    this.timer = setInterval(() => this.lookOnce(), EVERY_MS)
    this.timer.unref()
  }

  /** What is still down says so until its alert ends by itself. */
  async stop() {
    clearInterval(this.timer)
    await this.looking
  }

  private lookOnce() {
    this.looking ??= this.look()
      .catch(logRetryable(this.deps.log, 'Cannot report the health of this process, will retry'))
      .finally(() => {
        this.looking = undefined
      })
  }

  async look(now = Date.now()): Promise<void> {
    const checks = await this.deps.readiness()
    this.publish(checks)
    for (const [part, outcome] of Object.entries(checks)) {
      if (outcome === 'ok') this.downSince.delete(part)
      else if (!this.downSince.has(part)) this.downSince.set(part, now)
    }
    await this.settle(checks, now)
  }

  private publish(checks: Record<string, string>) {
    const names = Object.keys(checks)
    if (names.every(name => (this.last[name] ?? 'ok') === checks[name])) return
    const { streams, service, instance } = this.deps
    const status = statusOf(checks)
    const data: HealthChanged = { status, previous: this.status, checks, service, instance }
    this.last = checks
    this.status = status
    const labels = { service, instance }
    void streams.write({ tenantId: DEFAULT_TENANT_ID, name: 'events' }, [
      { kind: 'health_changed', source: 'health', data: { labels, data } },
    ])
  }

  private async settle(checks: Record<string, string>, now: number) {
    if (!this.downSince.size && !this.raised.size) return
    const rule = await this.deps.rule()
    const isLong = (part: string) => now - (this.downSince.get(part) ?? now) >= (rule.windowSeconds ?? 0) * 1_000
    const long = rule.enabled ? [...this.downSince.keys()].filter(isLong) : []
    const over = [...this.raised].filter(part => !this.downSince.has(part) || !rule.enabled)
    const alerts = [
      ...over.map(part => this.alertOf(rule, part, checks[part], now)),
      ...long.map(part => this.alertOf(rule, part, checks[part], now + ENDS_MS)),
    ]
    if (!alerts.length) return
    await this.deps.intake.accept(DEFAULT_TENANT_ID, alerts)
    for (const part of over) this.raised.delete(part)
    for (const part of long) this.raised.add(part)
  }

  private alertOf(
    { name, severity, source }: Rule,
    part: string,
    outcome: string | undefined,
    endsAt: number,
  ): IncomingAlert {
    const { service, instance } = this.deps
    return {
      source,
      labels: { alertname: name, severity, part, service, instance },
      annotations: {
        summary: `${part} does not work in ${service} ${instance}`,
        description: `/readyz reports: ${outcome ?? 'unknown'}.`,
      },
      links: { 'Service logs': '/logs' },
      generatorUrl: null,
      startsAt: this.downSince.get(part) ?? null,
      endsAt,
    }
  }
}

function statusOf(checks: Record<string, string>): HealthChanged['status'] {
  const down = Object.keys(checks).filter(name => checks[name] !== 'ok')
  if (!down.length) return 'ok'
  return down.some(name => ESSENTIAL.includes(name)) ? 'down' : 'degraded'
}
