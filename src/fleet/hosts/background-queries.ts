import { isUuid } from '../../base/ids'
import { Lru } from '../../base/lru'
import type { Writer } from '../../streams'
import type { Agent, Answer } from '../agent'
import type { HostNotifier } from '../host-notifier'
import type { DynamicLabels } from '../labels/dynamic'
import type { DynamicLabel } from '../labels/dynamic-store'
import { runsOn } from '../platform'
import { type BackgroundItem, backgroundEffect } from './background-effect'
import { commitInBatches } from './batched-commit'
import type { KeyRow } from './key-store'
import { isVital, vitalRows, vitalsFor } from './vitals'

const HOSTS_MAX = 100_000
const INTERVAL_MS = 3_600_000
/** A query that a host does not answer is sent again after this time. */
const RESEND_MS = 300_000
/** Max queries per read: an agent runs them one after another before it answers any. */
const QUERIES_MAX = 10
const VITALS = 'tailrace:vitals:'
const LABEL = 'tailrace:label:'

/** Which background queries a host has been sent and has answered. Times are Unix times in ms. */
interface HostState {
  vitalsDueAt: number
  /** By then the host had answered all labels revised earlier; later answers are in `checked`. */
  labelsCheckedAt: number
  labelsDueAt: number
  /** When the current round of label queries started: earlier answers are outdated. */
  roundFrom: number
  checked: Map<string, { revision: number; at: number }>
  /** When unanswered queries were sent. */
  sent: Map<string, number>
}

interface Deps {
  streams: Writer
  notifier: HostNotifier
  labels: DynamicLabels
}

/**
 * The queries that every host runs in the background: those for vitals, once an hour or when a refresh is requested,
 * and those of dynamic labels.
 */
export class BackgroundQueries {
  private readonly hosts = new Lru<string, HostState>(HOSTS_MAX)
  private readonly listeners = new Set<(hostIds: string[]) => void>()
  private readonly commit: (item: BackgroundItem) => Promise<boolean>

  constructor(private readonly deps: Deps) {
    this.commit = commitInBatches(deps.streams, backgroundEffect)
    deps.notifier.listen(message => {
      if (message.type === 'wanted') this.makeDue(message.hostIds)
      // The host may have enrolled again and lost the queries that it was sent.
      if (message.type === 'changed') for (const id of message.hostIds) this.hosts.get(id)?.sent.clear()
      if (message.type === 'answered') this.markAnswered(message.hostId, message.queryIds)
    })
  }

  /** @param listener called with hosts whose queries have become due */
  onDue(listener: (hostIds: string[]) => void) {
    this.listeners.add(listener)
  }

  /** Initializes the state of a host from the database. */
  load(row: KeyRow) {
    const wantedAt = row.refresh_wanted_at?.getTime() ?? 0
    const checkedAt = row.labels_checked_at?.getTime() ?? 0
    const known = this.hosts.get(row.id)
    this.hosts.set(row.id, {
      vitalsDueAt: dueAfter(row.refreshed_at, wantedAt),
      labelsCheckedAt: checkedAt,
      labelsDueAt: dueAfter(row.labels_checked_at, wantedAt),
      roundFrom: known?.roundFrom ?? 0,
      checked: known?.checked ?? new Map(),
      sent: known?.sent ?? new Map(),
    })
  }

  /** @returns SQL by query id for the host to run now; undefined if no query is due */
  next({ hostId, tenantId, platform }: Agent): Record<string, string> | undefined {
    const host = this.hosts.get(hostId)
    if (!host) return undefined
    const now = Date.now()
    const labels = this.deps.labels.of(tenantId)
    const due = now >= host.vitalsDueAt ? vitalQueries(platform) : []
    if (labels.length) due.push(...labelQueries(host, labels, platform, now))
    const queries = due.filter(([id]) => now - (host.sent.get(id) ?? 0) > RESEND_MS).slice(0, QUERIES_MAX)
    if (!queries.length) return undefined
    for (const [id] of queries) host.sent.set(id, now)
    return Object.fromEntries(queries)
  }

  /** Stores answers. @returns whether the name or platform of the host has changed */
  async store(agent: Agent, answers: readonly Answer[]): Promise<boolean> {
    const item = itemOf(agent, answers)
    const queryIds = answers.map(({ queryId }) => queryId)
    this.markAnswered(agent.hostId, queryIds)
    const host = this.hosts.get(agent.hostId)
    const areLabelsChecked = queryIds.some(labelOf) && host !== undefined && this.areAllChecked(host, agent)
    const renamed = await this.commit({ ...item, areLabelsChecked })
    this.deps.notifier.notify({ type: 'answered', hostId: agent.hostId, queryIds })
    return renamed
  }

  private areAllChecked(host: HostState, { tenantId, platform }: Agent): boolean {
    return this.deps.labels.of(tenantId).every(label => !runsOn(platform, label.platforms) || !isDue(host, label))
  }

  private makeDue(hostIds: readonly string[]) {
    const known: string[] = []
    for (const id of hostIds) {
      const host = this.hosts.get(id)
      if (!host) continue
      host.vitalsDueAt = 0
      host.labelsDueAt = 0
      host.sent.clear()
      known.push(id)
    }
    if (known.length) for (const listener of this.listeners) listener(known)
  }

  /** The answer may have arrived at a different process than the one that sent the query. */
  private markAnswered(hostId: string, queryIds: readonly string[]) {
    const host = this.hosts.get(hostId)
    if (!host) return
    const now = Date.now()
    for (const id of queryIds) {
      host.sent.delete(id)
      const label = labelOf(id)
      if (label) host.checked.set(label.labelId, { revision: label.revision, at: now })
      else host.vitalsDueAt = nextTime(now)
    }
  }
}

/** Random, so that hosts that connected at the same time spread their queries. */
const nextTime = (from: number) => from + INTERVAL_MS * (0.9 + 0.1 * Math.random())

function dueAfter(answered: Date | null, wantedAt: number): number {
  const at = answered?.getTime() ?? 0
  return at === 0 || wantedAt > at ? 0 : nextTime(at)
}

const vitalQueries = (platform: string) =>
  Object.entries(vitalsFor(platform)).map(([table, sql]) => [VITALS + table, sql] as const)

/** Starts a round when it is due, and continues the current one. */
function labelQueries(host: HostState, labels: readonly DynamicLabel[], platform: string, now: number) {
  if (now >= host.labelsDueAt) {
    host.roundFrom = now
    host.labelsDueAt = nextTime(now)
  }
  return labels
    .filter(label => isDue(host, label) && runsOn(platform, label.platforms))
    .map(({ id, revision, sql }) => [`${LABEL}${id}:${revision}`, sql] as const)
}

function isDue(host: HostState, { id, revision, revisedAt }: DynamicLabel): boolean {
  const checked = host.checked.get(id)
  if (checked?.revision === revision && checked.at >= host.roundFrom) return false
  return host.labelsCheckedAt < Math.max(host.roundFrom, revisedAt.getTime())
}

function labelOf(queryId: string) {
  if (!queryId.startsWith(LABEL)) return undefined
  const [labelId = '', revision] = queryId.slice(LABEL.length).split(':')
  return isUuid(labelId) && REVISION.test(revision ?? '') ? { labelId, revision: Number(revision) } : undefined
}

const REVISION = /^\d{1,9}$/

/** What to store of the answers. A failed query changes nothing until its next run. */
function itemOf({ tenantId, hostId }: Agent, answers: readonly Answer[]): Omit<BackgroundItem, 'areLabelsChecked'> {
  const vitals = answers.filter(({ queryId }) => queryId.startsWith(VITALS))
  const tables = vitals.flatMap(({ queryId, failed, rows }) => {
    const table = queryId.slice(VITALS.length)
    return !failed && isVital(table) ? [[table, vitalRows(rows)] as const] : []
  })
  const labels = answers.flatMap(({ queryId, failed, rows }) => {
    const label = labelOf(queryId)
    return label && !failed ? [{ ...label, member: rows.length > 0 }] : []
  })
  return { tenantId, hostId, vitals: vitals.length ? Object.fromEntries(tables) : null, labels }
}
