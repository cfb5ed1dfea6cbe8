import type { Audit } from '../../access'
import type { Raises } from '../../alerts'
import type { Principal } from '../../api'
import type { Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { hashSecret, newId, newSecret } from '../../base/ids'
import type { Sealer } from '../../base/sealed'
import type { BulkChange, MonitorChange, MonitorInput } from '../../contract/monitors'
import type { TopicEntries } from '../../streams'
import { resetStates } from '../history/state-store'
import { type Checked, checkedInput } from '../monitors/check-input'
import { statusEntries } from '../monitors/monitor-entries'
import {
  countMonitors,
  deleteMonitors,
  insertMonitors,
  lockMonitors,
  type MonitorRow,
  setEnabled,
  setPushHash,
  touchShards,
  updateMonitors,
} from '../monitors/monitor-store'
import { changedSettings, openSecrets, type Settings, sealSecrets, splitSettings } from '../monitors/secrets'
import { giveDefaultRule } from '../rules/default-rule'
import { relabelFirings, resolveFirings } from '../rules/firings'

export interface ChangeDeps {
  audit: Audit
  sealer: Sealer
  raises: Pick<Raises, 'apply'>
}

/** Who changes something, and why. */
export interface Author {
  by: Principal
  reason: string | undefined
}

/** Monitors of a tenant. */
const MONITORS_MAX = 20_000

const UNREADABLE =
  'The secrets of this monitor cannot be decrypted: they were stored with another key. Set SECRETS_KEY to the key of that time, or give all secrets again.'

/** @param where what comes before the names of fields in faults: `body.` */
export async function createMonitor(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  given: MonitorInput,
  where: string,
): Promise<{ id: string; secret: string | undefined; entries: TopicEntries[] }> {
  const checked = checkedInput(given.type, { target: given.target ?? null, settings: given.settings }, where)
  const { added, entries } = await addMonitors(trx, deps, by, [{ ...given, ...checked }])
  const [monitor] = added
  if (!monitor) throw new Error('The monitor was not added')
  const { id, name, type, secret } = monitor
  const data = { name, type }
  await deps.audit.record({ by, action: 'monitor.create', target: { type: 'monitor', id }, reason, data }, trx)
  return { id, secret, entries }
}

/** Creates monitors that have been checked, without a record in the audit log. */
export async function addMonitors(
  trx: Transaction,
  { sealer }: Pick<ChangeDeps, 'sealer'>,
  { tenantId, actor }: Principal,
  inputs: readonly (MonitorInput & Checked)[],
) {
  await giveDefaultRule(trx, tenantId)
  if ((await countMonitors(trx, tenantId)) + inputs.length > MONITORS_MAX)
    throw conflict('too_many_monitors', `A tenant has at most ${MONITORS_MAX} monitors: delete some first.`)
  const added = inputs.map(input => {
    const id = newId()
    const secret = input.type === 'push' ? newSecret('trp') : undefined
    const stored = storedSettings(sealer, id, input.type, input.settings)
    const push_hash = secret === undefined ? null : hashSecret(secret)
    return { ...input, id, secret, row: { ...input, id, push_hash, tenant_id: tenantId, created_by: actor, ...stored } }
  })
  const shards = await insertMonitors(
    trx,
    added.map(({ row }) => row),
  )
  await touchShards(trx, shards)
  const entries = [true, false].flatMap(enabled => {
    const monitors = added.filter(each => each.enabled === enabled)
    return monitors.length ? [statusEntries(tenantId, monitors, enabled ? 'pending' : 'paused')] : []
  })
  return { added, entries }
}

/** @returns events */
export async function changeMonitor(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  id: string,
  change: Omit<MonitorChange, 'reason'>,
  where: string,
): Promise<TopicEntries[]> {
  const before = await lockMonitor(trx, by.tenantId, id)
  const after = changedMonitor(deps.sealer, before, change, where)
  await storeChanged(trx, deps, [after])
  const fields = [...Object.keys(change), ...Object.keys(change.settings ?? {}).map(name => `settings.${name}`)]
  const data = { name: after.name, fields }
  await deps.audit.record({ by, action: 'monitor.update', target: { type: 'monitor', id }, reason, data }, trx)
  return change.enabled === undefined ? [] : switchMonitors(trx, deps, { by, reason }, [after], change.enabled)
}

/** A monitor after a change, but for `enabled`. @throws Problem 400 that lists every fault */
export function changedMonitor(
  sealer: Sealer,
  before: MonitorRow,
  { settings = {}, target, enabled: _, ...others }: Omit<MonitorChange, 'reason'>,
  where: string,
): MonitorRow {
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  return { ...before, ...given, ...changedCheck(sealer, before, { settings, target }, where) }
}

/** Stores monitors after changes, without a record in the audit log. They have been locked. */
export async function storeChanged(
  trx: Transaction,
  { raises }: Pick<ChangeDeps, 'raises'>,
  monitors: readonly MonitorRow[],
): Promise<void> {
  await updateMonitors(trx, monitors)
  await touchShards(
    trx,
    monitors.map(({ shard }) => shard),
  )
  await relabelFirings(trx, raises, monitors)
}

/** Of several monitors, what does not depend on their types. */
export async function changeMonitors(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  ids: readonly string[],
  { set_labels = {}, remove_labels = [], ...others }: BulkChange,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  const removed = new Set(remove_labels)
  const monitors = await lockMonitors(trx, by.tenantId, ids)
  const after = monitors.map(before => {
    const kept = Object.entries(before.labels).filter(([name]) => !removed.has(name))
    return { ...before, ...given, labels: { ...Object.fromEntries(kept), ...set_labels } }
  })
  await storeChanged(trx, deps, after)
  await record(trx, deps.audit, { by, reason }, 'update', monitors)
}

/** Pauses or resumes monitors; those that are so already stay as they are. @returns events */
export async function switchMonitors(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  monitors: readonly MonitorRow[],
  enabled: boolean,
): Promise<TopicEntries[]> {
  const switched = monitors.filter(monitor => monitor.enabled !== enabled)
  const entries = await storeSwitched(trx, deps, switched, enabled)
  await record(trx, deps.audit, { by, reason }, enabled ? 'resume' : 'pause', switched)
  return entries
}

/** Pauses or resumes monitors that are not so, without a record in the audit log. @returns events */
export async function storeSwitched(
  trx: Transaction,
  { raises }: Pick<ChangeDeps, 'raises'>,
  switched: readonly MonitorRow[],
  enabled: boolean,
): Promise<TopicEntries[]> {
  const [first] = switched
  if (!first) return []
  const { tenant_id: tenantId } = first
  const ids = switched.map(({ id }) => id)
  const state = enabled ? 'pending' : 'paused'
  await resetStates(trx, ids, state)
  await setEnabled(trx, tenantId, ids, enabled)
  await touchShards(
    trx,
    switched.map(({ shard }) => shard),
  )
  if (!enabled) await resolveFirings(trx, raises, ids)
  return [statusEntries(tenantId, switched, state)]
}

/** @returns events */
export async function removeMonitors(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  ids: readonly string[],
): Promise<TopicEntries[]> {
  const monitors = await lockMonitors(trx, by.tenantId, ids)
  const entries = await deleteLocked(trx, deps, by, monitors)
  await record(trx, deps.audit, { by, reason }, 'delete', monitors)
  return entries
}

/** Deletes monitors that have been locked, without a record in the audit log. @returns events */
export async function deleteLocked(
  trx: Transaction,
  { raises }: Pick<ChangeDeps, 'raises'>,
  { tenantId }: Principal,
  monitors: readonly MonitorRow[],
): Promise<TopicEntries[]> {
  const ids = monitors.map(({ id }) => id)
  await deleteMonitors(trx, tenantId, ids)
  await touchShards(
    trx,
    monitors.map(({ shard }) => shard),
  )
  await resolveFirings(trx, raises, ids)
  return [statusEntries(tenantId, monitors, 'deleted')]
}

/** Gives a push monitor a new secret. @returns the secret */
export async function rotateSecret(
  trx: Transaction,
  deps: ChangeDeps,
  { by, reason }: Author,
  id: string,
): Promise<string> {
  const monitor = await lockMonitor(trx, by.tenantId, id)
  if (monitor.type !== 'push') throw conflict('not_a_push_monitor', 'Only push monitors have an address of their own.')
  const secret = newSecret('trp')
  await setPushHash(trx, by.tenantId, id, hashSecret(secret))
  await record(trx, deps.audit, { by, reason }, 'rotate-secret', [monitor])
  return secret
}

/** @throws Problem 404 */
export async function lockMonitor(trx: Transaction, tenantId: string, id: string): Promise<MonitorRow> {
  const [monitor] = await lockMonitors(trx, tenantId, [id])
  if (!monitor) throw notFound('monitor')
  return monitor
}

function changedCheck(
  sealer: Sealer,
  before: MonitorRow,
  { target, settings }: { target: string | undefined; settings: Settings },
  where: string,
) {
  const secrets = openSecrets(sealer, before.id, before.secrets)
  if (!secrets) throw conflict('secrets_unreadable', UNREADABLE)
  const merged = changedSettings({ plain: before.settings, secrets }, settings)
  const checked = checkedInput(before.type, { target: target ?? before.target, settings: merged }, where)
  return { target: checked.target, ...storedSettings(sealer, before.id, before.type, checked.settings) }
}

function storedSettings(sealer: Sealer, id: string, type: MonitorRow['type'], settings: Settings) {
  const { plain, secrets } = splitSettings(type, settings)
  return { settings: plain, secrets: sealSecrets(sealer, id, secrets), secret_names: Object.keys(secrets) }
}

/** Names in one record of the audit log. */
const NAMES_MAX = 100

/** Of several monitors there is one record: thousands would take longer than a commit may. */
async function record(
  trx: Transaction,
  audit: Audit,
  { by, reason }: Author,
  verb: string,
  monitors: readonly MonitorRow[],
) {
  const [first] = monitors
  if (!first) return
  const action = `monitor.${verb}`
  if (monitors.length === 1) {
    const { id, name } = first
    return audit.record({ by, action, target: { type: 'monitor', id }, reason, data: { name } }, trx)
  }
  const names = monitors.slice(0, NAMES_MAX).map(({ name }) => name)
  return audit.record({ by, action, reason, data: { count: monitors.length, names } }, trx)
}
