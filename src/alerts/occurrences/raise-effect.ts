import { plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { AlertSource } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import type { RESOLVED_BY } from '../../contract/values'
import type { Effect } from '../../streams'
import { fingerprintOf, withoutEmpty } from '../matching'
import { type NewRow, type Resolution, readOpenByFingerprint, storeChanges } from './alert-store'
import { lockHead } from './heads-store'
import type { OpenAlert } from './open-alert'
import type { OpenAlerts } from './open-alerts'

/** What a part of the platform raises or resolves. */
export interface RaiseItem {
  does: 'raise' | 'resolve'
  tenantId: string
  source: AlertSource
  labels: Labels
  /** Of an alert that is raised. */
  annotations?: Labels
  links?: Labels
  /** Default: its source. */
  resolvedBy?: (typeof RESOLVED_BY)[number]
}

/** Raises and resolves alerts of the platform itself, in the same commit as their cause. */
export const raiseEffect = (open: OpenAlerts): Effect<RaiseItem, void> => ({
  name: 'alerts.raise',
  async apply(trx, items) {
    await applyRaises(trx, items, open)
    return { results: items.map(() => undefined), entries: items.map(() => []) }
  },
})

/**
 * The same inside another effect. Locks the tenants' heads, so all rows of areas must have been locked before. Raising what
 * already fires changes its texts at most; resolving what does not fire changes nothing.
 */
export async function applyRaises(trx: Transaction, items: readonly RaiseItem[], open: OpenAlerts): Promise<void> {
  const tenantIds = [...new Set(items.map(({ tenantId }) => tenantId))].sort()
  for (const tenantId of tenantIds) {
    const own = items.filter(item => item.tenantId === tenantId).map(named)
    if (await applyTenant(trx, tenantId, own)) open.changing(trx, tenantId)
  }
}

type Named = RaiseItem & { fingerprint: string }

function named(item: RaiseItem): Named {
  const labels = withoutEmpty(item.labels)
  return { ...item, labels, fingerprint: fingerprintOf(labels) }
}

/** @returns whether anything has changed */
async function applyTenant(trx: Transaction, tenantId: string, items: readonly Named[]): Promise<boolean> {
  const version = await lockHead(trx, tenantId)
  const fingerprints = [...new Set(items.map(({ fingerprint }) => fingerprint))]
  const changes = changesOf(items, await readOpenByFingerprint(trx, tenantId, fingerprints))
  const added = [...changes.added.values(), ...changes.over]
  if (changes.renewed.size) await storeTexts(trx, tenantId, version + 1, [...changes.renewed.values()])
  if (!added.length && !changes.resolved.length && !changes.renewed.size) return false
  await storeChanges(trx, tenantId, version, { added, resolved: changes.resolved })
  return true
}

/** What a series of items changes. */
interface Changes {
  added: Map<string, NewRow>
  /** Raised and resolved at once. */
  over: NewRow[]
  resolved: Resolution[]
  /** Open alerts with other texts. */
  renewed: Map<string, OpenAlert>
}

function changesOf(items: readonly Named[], found: readonly OpenAlert[]): Changes {
  const nowMs = Date.now()
  const open = new Map(found.map(alert => [alert.fingerprint, alert]))
  const changes: Changes = { added: new Map(), over: [], resolved: [], renewed: new Map() }
  for (const item of items) {
    if (item.does === 'raise') raise(changes, open, item, nowMs)
    else resolve(changes, open, item, nowMs)
  }
  return changes
}

function raise({ added, renewed }: Changes, open: ReadonlyMap<string, OpenAlert>, item: Named, nowMs: number) {
  const known = open.get(item.fingerprint)
  const row = added.get(item.fingerprint)
  const { annotations = {}, links = {} } = item
  if (row) added.set(item.fingerprint, rowOf(item, row.alert.startsAt, row.alert.id))
  else if (!known) added.set(item.fingerprint, rowOf(item, nowMs, newId()))
  else if (
    JSON.stringify([known.annotations, known.links]) !== JSON.stringify([annotations, links]) ||
    known.endsAt !== null
  )
    renewed.set(item.fingerprint, { ...known, annotations, links })
}

function resolve(changes: Changes, open: Map<string, OpenAlert>, item: Named, nowMs: number) {
  const { added, over, resolved, renewed } = changes
  const by = item.resolvedBy ?? 'sender'
  const row = added.get(item.fingerprint)
  const known = open.get(item.fingerprint)
  if (row) {
    over.push({ ...row, alert: { ...row.alert, endsAt: nowMs }, resolved: by })
    added.delete(item.fingerprint)
  } else if (known) {
    resolved.push({ id: known.id, startsAt: known.startsAt, endsAt: Math.max(nowMs, known.startsAt), by })
    open.delete(item.fingerprint)
    renewed.delete(item.fingerprint)
  }
}

function rowOf(
  { fingerprint, source, labels, annotations = {}, links = {} }: Named,
  startsAt: number,
  id: string,
): NewRow {
  return {
    alert: {
      ...{ id, fingerprint, source, labels, annotations, links, startsAt, version: 0 },
      ...{ generatorUrl: null, endsAt: null, hasGivenEnd: false, updatedAt: startsAt },
    },
    labels: JSON.stringify(labels),
    annotations: JSON.stringify(annotations),
    resolved: null,
  }
}

/** Stores the texts of alerts, which from now on only their source resolves. */
async function storeTexts(db: Db, tenantId: string, version: number, alerts: readonly OpenAlert[]): Promise<void> {
  await db.raw(
    `UPDATE alerts a SET version = ?, annotations = t.annotations, links = t.links, ends_at = NULL, has_given_end = false
     FROM unnest(?::uuid[], ?::text[], ?::text[]) AS t(id, annotations, links) WHERE a.id = t.id AND a.tenant_id = ?`,
    [
      version,
      plainArray(alerts.map(({ id }) => id)),
      alerts.map(({ annotations }) => JSON.stringify(annotations)),
      alerts.map(({ links }) => JSON.stringify(links)),
      tenantId,
    ],
  )
}
