import { isUuid } from '../../base/ids'
import { Lru } from '../../base/lru'
import type { Writer } from '../../streams'
import type { Agent, Answer } from '../agent'
import type { HostNews } from '../host-news'
import type { DynamicLabels } from '../labels/dynamic'
import type { DynamicLabel } from '../labels/dynamic-store'
import { runsOn } from '../platform'
import type { KeyRow } from './key-store'
import { type StandingItem, standingEffect } from './standing-effect'
import { commitInTurns } from './turns'
import { isVital, vitalRows, vitalsFor } from './vitals'

const HOSTS_MAX = 100_000
const EVERY_MS = 3_600_000
/** A host that was asked and stays silent is asked again. */
const SILENT_MS = 300_000
/** An agent runs all queries of a read, one after the other, before it answers any. */
const QUERIES_MAX = 10
const VITALS = 'tailrace:vitals:'
const LABEL = 'tailrace:label:'

/** What one host has been asked and has answered; times are Unix, in ms. */
interface HostState {
  vitalsDueAt: number
  /** All labels that were revised before are decided, and so are those in `decided`. */
  labelsCheckedAt: number
  labelsDueAt: number
  /** Labels that were decided earlier are to be decided anew. */
  roundFrom: number
  decided: Map<string, { revision: number; at: number }>
  /** When it was given a query that it has not answered yet. */
  offered: Map<string, number>
}

interface Deps {
  streams: Writer
  news: HostNews
  labels: DynamicLabels
}

/** What we ask every host of our own accord: what it is, once an hour or when wanted, and which labels it has. */
export class Standing {
  private readonly hosts = new Lru<string, HostState>(HOSTS_MAX)
  private readonly listeners = new Set<(hostIds: string[]) => void>()
  private readonly store: (item: StandingItem) => Promise<boolean>

  constructor(private readonly deps: Deps) {
    this.store = commitInTurns(deps.streams, standingEffect)
    deps.news.listen(news => {
      if (news.type === 'wanted') this.want(news.hostIds)
      // It may have enrolled anew, and forgotten what it was asked.
      if (news.type === 'changed') for (const id of news.hostIds) this.hosts.get(id)?.offered.clear()
      if (news.type === 'answered') this.settle(news.hostId, news.queryIds)
    })
  }

  onWork(listener: (hostIds: string[]) => void) {
    this.listeners.add(listener)
  }

  /** Takes in where a host stands, as the database says. */
  remember(row: KeyRow) {
    const wanted = row.refresh_wanted_at?.getTime() ?? 0
    const checkedAt = row.labels_checked_at?.getTime() ?? 0
    const known = this.hosts.get(row.id)
    this.hosts.set(row.id, {
      vitalsDueAt: dueAfter(row.refreshed_at, wanted),
      labelsCheckedAt: checkedAt,
      labelsDueAt: dueAfter(row.labels_checked_at, wanted),
      roundFrom: known?.roundFrom ?? 0,
      decided: known?.decided ?? new Map(),
      offered: known?.offered ?? new Map(),
    })
  }

  /** Queries by id that the host is to be given now. */
  offer({ hostId, tenantId, platform }: Agent): Record<string, string> | undefined {
    const host = this.hosts.get(hostId)
    if (!host) return undefined
    const now = Date.now()
    const labels = this.deps.labels.of(tenantId)
    const due = now >= host.vitalsDueAt ? vitalQueries(platform) : []
    if (labels.length) due.push(...labelQueries(host, labels, platform, now))
    const given = due.filter(([id]) => now - (host.offered.get(id) ?? 0) > SILENT_MS).slice(0, QUERIES_MAX)
    if (!given.length) return undefined
    for (const [id] of given) host.offered.set(id, now)
    return Object.fromEntries(given)
  }

  /** @returns whether the host's name or platform has changed */
  async take(agent: Agent, answers: readonly Answer[]): Promise<boolean> {
    const item = itemOf(agent, answers)
    const queryIds = answers.map(({ queryId }) => queryId)
    this.settle(agent.hostId, queryIds)
    const state = this.hosts.get(agent.hostId)
    const checked = queryIds.some(labelOf) && state !== undefined && this.allDecided(state, agent)
    const renamed = await this.store({ ...item, checked })
    this.deps.news.tell({ type: 'answered', hostId: agent.hostId, queryIds })
    return renamed
  }

  private allDecided(host: HostState, { tenantId, platform }: Agent): boolean {
    return this.deps.labels.of(tenantId).every(label => !runsOn(platform, label.platforms) || !isDue(host, label))
  }

  private want(hostIds: readonly string[]) {
    const here: string[] = []
    for (const id of hostIds) {
      const host = this.hosts.get(id)
      if (!host) continue
      host.vitalsDueAt = 0
      host.labelsDueAt = 0
      host.offered.clear()
      here.push(id)
    }
    if (here.length) for (const listener of this.listeners) listener(here)
  }

  /** An answer may have come to another process than the one that has asked. */
  private settle(hostId: string, queryIds: readonly string[]) {
    const host = this.hosts.get(hostId)
    if (!host) return
    const now = Date.now()
    for (const id of queryIds) {
      host.offered.delete(id)
      const label = labelOf(id)
      if (label) host.decided.set(label.labelId, { revision: label.revision, at: now })
      else host.vitalsDueAt = nextTime(now)
    }
  }
}

/** Spread, so that hosts that came at once are not asked at once again. */
const nextTime = (from: number) => from + EVERY_MS * (0.9 + 0.1 * Math.random())

function dueAfter(done: Date | null, wanted: number): number {
  const at = done?.getTime() ?? 0
  return at === 0 || wanted > at ? 0 : nextTime(at)
}

const vitalQueries = (platform: string) =>
  Object.entries(vitalsFor(platform)).map(([table, sql]) => [VITALS + table, sql] as const)

/** Begins a round when it is time, and goes on with the one that has begun. */
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
  const decided = host.decided.get(id)
  if (decided?.revision === revision && decided.at >= host.roundFrom) return false
  return host.labelsCheckedAt < Math.max(host.roundFrom, revisedAt.getTime())
}

function labelOf(queryId: string) {
  if (!queryId.startsWith(LABEL)) return undefined
  const [labelId = '', revision] = queryId.slice(LABEL.length).split(':')
  return isUuid(labelId) && REVISION.test(revision ?? '') ? { labelId, revision: Number(revision) } : undefined
}

const REVISION = /^\d{1,9}$/

/** What answers come to. One that failed says nothing: things stay as they are until the next time. */
function itemOf({ tenantId, hostId }: Agent, answers: readonly Answer[]): Omit<StandingItem, 'checked'> {
  const spoke = answers.filter(({ queryId }) => queryId.startsWith(VITALS))
  const tables = spoke.flatMap(({ queryId, failed, rows }) => {
    const table = queryId.slice(VITALS.length)
    return !failed && isVital(table) ? [[table, vitalRows(rows)] as const] : []
  })
  const labels = answers.flatMap(({ queryId, failed, rows }) => {
    const label = labelOf(queryId)
    return label && !failed ? [{ ...label, member: rows.length > 0 }] : []
  })
  return { tenantId, hostId, vitals: spoke.length ? Object.fromEntries(tables) : null, labels }
}
