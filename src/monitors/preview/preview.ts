import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import type { RuleMonitors, RuleType } from '../../contract/monitor-rules'
import type { MonitorType } from '../../contract/monitor-settings'
import { CHECK_STATUSES } from '../../contract/values'
import { selects } from '../rules/selects'
import { createEvaluator, type EvaluatedCheck, type EvaluatedRule, type Evaluator } from './evaluator'
import { Firings } from './fired'
import { readCertificates, readChecks, readWatched, type StoredCheckRow, type WatchedMonitor } from './preview-store'

/** Checks that a preview reads, so that it is there within seconds. */
const CHECKS_MAX = 250_000
/** Checks in memory at once. */
const BATCH = 5_000
/** A shorter period says nothing. */
const PERIOD_MS_MIN = 60_000

/** The monitors that a type of rule can apply to. */
const TYPES: Record<RuleType, readonly MonitorType[]> = {
  consecutive_failures: ['http', 'tcp', 'dns', 'tls', 'ping', 'push'],
  error_rate: ['http', 'tcp', 'dns', 'tls', 'ping', 'push'],
  latency_over: ['http', 'tcp', 'dns', 'tls', 'ping', 'push'],
  tls_expiry: ['http', 'tcp', 'tls'],
  missed_heartbeat: ['push'],
}

export interface PreviewRequest {
  tenantId: string
  rule: EvaluatedRule & { monitors: RuleMonitors }
  /** Milliseconds since 1970. */
  from: number
  to: number
  signal: AbortSignal
}

/** When a rule would have fired. */
export interface Preview {
  /** Later than asked for if there are too many checks. */
  from: number
  monitors: number
  firings: Firings
}

/**
 * Replays the stored checks of the monitors that a rule selects.
 * @param checksMax how many checks are read
 * @throws the reason of an aborted `signal`
 */
export async function previewRule(db: Db, request: PreviewRequest, checksMax = CHECKS_MAX): Promise<Preview> {
  const { tenantId, rule, to } = request
  const all = await readWatched(db, tenantId, TYPES[rule.type])
  const watched = all.filter(monitor => selects(rule.monitors, monitor))
  const perMs = watched.reduce((sum, { interval_seconds }) => sum + 1 / (interval_seconds * 1_000), 0)
  let from = Math.max(request.from, perMs > 0 ? to - checksMax / perMs : 0)
  for (;;) {
    const firings = await replay(db, { ...request, from }, watched, checksMax)
    if (firings) return { from, monitors: watched.length, firings }
    // heartbeats come as often as they are sent, whatever the interval says
    from = to - Math.max((to - from) / 4, PERIOD_MS_MIN)
  }
}

/** @returns undefined if there are too many checks, and a shorter period is possible */
async function replay(
  db: Db,
  request: PreviewRequest,
  watched: readonly WatchedMonitor[],
  checksMax: number,
): Promise<Firings | undefined> {
  const firings = new Firings()
  const canShorten = request.to - request.from > PERIOD_MS_MIN
  let left = checksMax * 1.1 // some checks are made by hand
  for (const monitors of groupsOf(watched, request.to - request.from)) {
    const replayed = new Map(monitors.map(monitor => [monitor.id, new Replay(monitor, request.rule, firings)]))
    const expiries = await expiriesOf(db, request, monitors)
    for await (const rows of checksOf(db, request, monitors)) {
      left -= rows.length
      if (left < 0 && canShorten) return undefined
      for (const row of rows) replayed.get(row.monitor_id)?.add(checkOf(row, expiries))
    }
    for (const each of replayed.values()) each.end()
  }
  return firings
}

/** Monitors whose checks are read with one statement. */
function* groupsOf(monitors: readonly WatchedMonitor[], periodMs: number): Generator<WatchedMonitor[]> {
  let group: WatchedMonitor[] = []
  let checks = 0
  for (const monitor of monitors) {
    const expected = periodMs / (monitor.interval_seconds * 1_000)
    if (group.length > 0 && checks + expected > BATCH) {
      yield group
      group = []
      checks = 0
    }
    group.push(monitor)
    checks += expected
  }
  if (group.length > 0) yield group
}

/** Checks in batches; those of each monitor in order of time. */
async function* checksOf(
  db: Db,
  { tenantId, rule, from, to, signal }: PreviewRequest,
  monitors: readonly WatchedMonitor[],
): AsyncGenerator<StoredCheckRow[]> {
  const read = {
    ...{ tenantId, from, to },
    withFailures: rule.type === 'missed_heartbeat',
    withCertificates: rule.type === 'tls_expiry',
  }
  // twice as many as expected: some monitors are checked more often than others
  const limit = Math.ceil((2 * BATCH) / monitors.length)
  signal.throwIfAborted()
  const rows = await readChecks(db, { ...read, monitorIds: monitors.map(({ id }) => id), limit })
  yield rows
  for (const last of lastOfThoseWith(limit, rows)) {
    let after: StoredCheckRow | undefined = last
    while (after) {
      signal.throwIfAborted()
      const more = await readChecks(db, { ...read, monitorIds: [last.monitor_id], after, limit: BATCH })
      yield more
      after = more.length < BATCH ? undefined : more.at(-1)
    }
  }
}

/** The last row of each monitor that has this many. */
function lastOfThoseWith(count: number, rows: readonly StoredCheckRow[]): StoredCheckRow[] {
  const counts = new Map<string, number>()
  return rows.filter(({ monitor_id }) => {
    counts.set(monitor_id, (counts.get(monitor_id) ?? 0) + 1)
    return counts.get(monitor_id) === count
  })
}

const certificateFacts = z.object({ expires_at: z.string() })
const failureFacts = z.object({ error: z.object({ code: z.string() }).nullish() })

/** When the certificates of these monitors expire, by hash; only for rules about that. */
async function expiriesOf(
  db: Db,
  { tenantId, rule }: PreviewRequest,
  monitors: readonly WatchedMonitor[],
): Promise<Map<string, number>> {
  if (rule.type !== 'tls_expiry') return new Map()
  const found = await readCertificates(
    db,
    tenantId,
    monitors.map(({ id }) => id),
  )
  return new Map(
    found.map(({ hash, facts }) => [hash, Date.parse(certificateFacts.parse(JSON.parse(facts)).expires_at)]),
  )
}

const checkOf = (
  { at, status, latency_ms, failure, certificate }: StoredCheckRow,
  expiries: ReadonlyMap<string, number>,
): EvaluatedCheck => ({
  at,
  status: CHECK_STATUSES[status] ?? 'unknown',
  latencyMs: latency_ms,
  errorCode: failure === null ? null : (failureFacts.parse(JSON.parse(failure)).error?.code ?? null),
  tlsExpiresAt: certificate === null ? null : (expiries.get(certificate) ?? null),
})

/** The rule on the checks of one monitor. */
class Replay {
  readonly #evaluator: Evaluator
  #since: number | undefined
  #last = 0

  constructor(
    private readonly monitor: WatchedMonitor,
    rule: EvaluatedRule,
    private readonly firings: Firings,
  ) {
    this.#evaluator = createEvaluator(rule, monitor.interval_seconds)
  }

  add(check: EvaluatedCheck): void {
    this.#last = check.at
    const isFiring = this.#evaluator.add(check)
    if (isFiring) this.#since ??= check.at
    else if (this.#since !== undefined) this.#close(this.#since, check.at)
  }

  /** Pausing a monitor resolves its alerts. */
  end(): void {
    if (this.#since !== undefined) this.#close(this.#since, this.monitor.enabled ? null : this.#last)
  }

  #close(from: number, to: number | null): void {
    this.firings.add({ monitor: this.monitor, from, to })
    this.#since = undefined
  }
}
