import { newId } from '../../base/ids'
import type { Labels } from '../../contract/matchers'
import type { NewRow, Resolution } from './alert-store'
import { decide, type Period, periodOf } from './merge'
import type { IncomingAlert, OpenAlert } from './open-alert'
import type { TenantMemory } from './tenant-memory'

/** A reported alert with what can be prepared before its turn. */
export interface Report {
  alert: IncomingAlert
  fingerprint: string
  /** Encoded JSON, for alerts that seem to be new. */
  labels: string | undefined
  annotations: string | undefined
}

/** What becomes of an open alert that goes on. */
export interface Repeat {
  alert: OpenAlert
  startsAt: number
  endsAt: number | null
  hasGivenEnd: boolean
  annotations: Labels
  generatorUrl: string | null
}

/** Changes per commit: bounds how long the tenant's head is locked. */
const CHANGES_MAX = 2_000
/** Reports per plan: bounds how long the event loop is occupied. */
const REPORTS_MAX = 10_000

/**
 * What a series of reports changes, decided on what is in memory and not applied to it. A plan ends before the second
 * change of the same alert, so that each change has a version of its own.
 */
export class Plan {
  readonly version: number
  readonly added = new Map<string, NewRow>()
  readonly resolved = new Map<string, Resolution>()
  readonly repeats = new Map<string, Repeat>()
  /** Reports of the end of alerts that are not open, by fingerprint. */
  readonly ends = new Map<string, { report: Report; period: Period }>()
  /** Alerts left out because too many are open. */
  refused = 0
  private reports = 0

  constructor(
    readonly memory: TenantMemory,
    private readonly nowMs: number,
    private readonly openMax: number,
    private readonly isKnownEnd: (fingerprint: string, period: Period) => boolean,
  ) {
    this.version = memory.version
  }

  /** Whether there is something to store before the reports can be confirmed. */
  get hasChanges(): boolean {
    return this.added.size + this.resolved.size + this.ends.size > 0
  }

  /** @returns false if it must wait for the next plan */
  take(report: Report): boolean {
    const { fingerprint } = report
    if (this.added.size + this.resolved.size + this.ends.size >= CHANGES_MAX || this.reports++ >= REPORTS_MAX)
      return false
    const period = periodOf(report.alert, this.nowMs)
    const added = this.added.get(fingerprint)
    if (added) return this.changeAdded(added, report, period)
    if (this.resolved.has(fingerprint)) return false
    const open = this.memory.get(fingerprint)
    return open ? this.takeKnown(open, report, period) : this.takeNew(report, period)
  }

  private takeNew(report: Report, period: Period): boolean {
    const { fingerprint } = report
    const earlier = this.ends.get(fingerprint)
    if (period.endsAt > this.nowMs) {
      if (earlier) return false
      if (this.memory.size + this.added.size - this.resolved.size >= this.openMax) this.refused++
      else this.added.set(fingerprint, rowOf(report, period, this.nowMs))
      return true
    }
    if (earlier) return touches(earlier.period, period)
    if (!this.isKnownEnd(fingerprint, period)) this.ends.set(fingerprint, { report, period })
    return true
  }

  private takeKnown(open: OpenAlert, report: Report, period: Period): boolean {
    const { fingerprint } = report
    const current = this.repeats.get(fingerprint) ?? open
    const decision = decide(current, period, this.nowMs)
    if (decision.type === 'repeat') {
      const { startsAt, endsAt, hasGivenEnd } = decision
      const { annotations, generatorUrl } = report.alert
      this.repeats.set(fingerprint, { alert: open, startsAt, endsAt, hasGivenEnd, annotations, generatorUrl })
      return true
    }
    this.repeats.delete(fingerprint)
    if (decision.type === 'resolve') {
      const { startsAt, endsAt } = decision
      this.resolved.set(fingerprint, { id: open.id, startsAt, endsAt, by: 'sender' })
      return true
    }
    const endsAt = current.endsAt ?? this.nowMs
    this.resolved.set(fingerprint, { id: open.id, startsAt: current.startsAt, endsAt, by: 'timeout' })
    this.added.set(fingerprint, rowOf(report, period, this.nowMs))
    return true
  }

  private changeAdded({ alert }: NewRow, report: Report, period: Period): boolean {
    const decision = decide(alert, period, this.nowMs)
    if (decision.type !== 'repeat') return false
    const { startsAt, endsAt, hasGivenEnd } = decision
    this.added.set(report.fingerprint, {
      ...rowOf(report, period, this.nowMs),
      alert: { ...alert, startsAt, endsAt, hasGivenEnd, ...contentOf(report.alert) },
    })
    return true
  }
}

const contentOf = ({ annotations, generatorUrl }: IncomingAlert) => ({ annotations, generatorUrl })

/** Whether two periods overlap or meet. */
export const touches = (a: Pick<Period, 'startsAt' | 'endsAt'>, b: Pick<Period, 'startsAt' | 'endsAt'>) =>
  a.startsAt <= b.endsAt && a.endsAt >= b.startsAt

/** The row of a new occurrence. */
export function rowOf(report: Report, { startsAt, endsAt, hasGivenEnd }: Period, nowMs: number): NewRow {
  const { alert, fingerprint } = report
  const { source, labels, annotations, links, generatorUrl } = alert
  return {
    alert: {
      id: newId(),
      fingerprint,
      source,
      labels,
      annotations,
      links,
      generatorUrl,
      startsAt,
      endsAt,
      hasGivenEnd,
      updatedAt: nowMs,
      version: 0,
    },
    labels: report.labels ?? JSON.stringify(labels),
    annotations: report.annotations ?? JSON.stringify(annotations),
    resolved: null,
  }
}
