import type { Principal } from '../../api'
import type { Transaction } from '../../base/db'
import { badRequest, conflict, Problem } from '../../base/errors'
import type { Sealer } from '../../base/sealed'
import type { ImportReport } from '../../contract/monitor-import'
import type { TopicEntries } from '../../streams'
import { type Author, addMonitors, changedMonitor, deleteLocked, storeChanged, storeSwitched } from '../actions/changes'
import { type MonitorRoutesDeps, pushAddress } from '../actions/monitor-routes'
import { commitChange } from '../monitors/change-effect'
import { allMonitors, lockMonitors, type MonitorRow } from '../monitors/monitor-store'
import { openSecrets } from '../monitors/secrets'
import { checkMonitor } from './check-monitor'
import type { MonitorFile } from './monitor-file'
import {
  type CheckedInput,
  countsOf,
  type ExistingMonitor,
  faultsIn,
  planImport,
  refusedStep,
  type Step,
  type WantedMonitor,
  wantedMonitors,
} from './plan'

/** A file whose monitors have been checked, which takes a while for thousands. */
export interface CheckedFile {
  monitors: WantedMonitor[]
  leftOut: string[]
}

export const checkFile = ({ monitors, leftOut }: MonitorFile): CheckedFile => ({
  monitors: wantedMonitors(monitors, checkMonitor),
  leftOut,
})

export type ImportDeps = Pick<MonitorRoutesDeps, 'db' | 'streams' | 'audit' | 'sealer' | 'raises' | 'onChange'>

export interface ImportRequest {
  file: CheckedFile
  /** What comes before the places in the file in faults: `body.`. */
  where: string
  /** Whether monitors that are not in the file are removed. */
  remove: boolean
  /** Of the addresses for heartbeats. */
  origin: string
}

type Import = Omit<ImportReport, 'dry_run'>

/** What an import would do. */
export async function planOfImport({ db, sealer }: ImportDeps, tenantId: string, request: ImportRequest) {
  const { file, remove } = request
  const existing = await allMonitors(db, tenantId)
  return reportOf(planFor(existing, sealer, { file, remove }), file, [])
}

/**
 * Makes monitors as they are in a file, in one commit.
 * @throws Problem 400 that lists every fault; then nothing has changed
 */
export async function importMonitors(deps: ImportDeps, author: Author, request: ImportRequest): Promise<Import> {
  const report = await commitChange(deps.streams, trx => applyFile(trx, deps, author, request))
  deps.onChange()
  return report
}

async function applyFile(trx: Transaction, deps: ImportDeps, { by, reason }: Author, request: ImportRequest) {
  const { file, where, origin } = request
  const existing = await allMonitors(trx, by.tenantId)
  const steps = planFor(existing, deps.sealer, request)
  const faults = faultsIn(steps)
  if (faults.length) throw badRequest(faults.map(({ path, message }) => ({ path: where + path, message })))
  const { added, entries } = await applySteps(trx, deps, by, await lockUnchanged(trx, by.tenantId, existing, steps))
  const pushUrls = added.flatMap(({ name, secret }) =>
    secret === undefined ? [] : [{ name, push_url: pushAddress(origin, secret).push_url }],
  )
  if (entries.length) await deps.audit.record({ by, action: 'monitor.import', reason, data: recordOf(steps) }, trx)
  return { result: reportOf(steps, file, pushUrls), entries }
}

/** What is done, by kind, with those that exist as they were locked. */
interface Work {
  create: CheckedInput[]
  update: { step: Step & { action: 'update' }; before: MonitorRow }[]
  remove: MonitorRow[]
}

/** Each kind at once: one by one, thousands would take longer than a commit may. */
async function applySteps(trx: Transaction, deps: ImportDeps, by: Principal, { create, update, remove }: Work) {
  const entries: TopicEntries[] = []
  if (update.length)
    await storeChanged(
      trx,
      deps,
      update.map(({ step, before }) => changedMonitor(deps.sealer, before, changeOf(step), '')),
    )
  for (const enabled of [true, false]) {
    const switched = update.filter(({ step }) => step.fields.includes('enabled') && step.input.enabled === enabled)
    const rows = switched.map(({ step, before }) => ({ ...before, labels: step.input.labels }))
    entries.push(...(await storeSwitched(trx, deps, rows, enabled)))
  }
  if (remove.length) entries.push(...(await deleteLocked(trx, deps, by, remove)))
  const made = create.length ? await addMonitors(trx, deps, by, create) : { added: [], entries: [] }
  return { added: made.added, entries: [...entries, ...made.entries] }
}

/** Only what differs, so that the audit log says what has changed. */
function changeOf({ fields, input }: Step & { action: 'update' }) {
  const names = fields.flatMap(field => (field.startsWith('settings.') ? [field.slice('settings.'.length)] : []))
  const settings = Object.fromEntries(names.map(name => [name, input.settings[name] ?? null]))
  const given = Object.fromEntries(Object.entries(input).filter(([name]) => fields.includes(name)))
  return { ...given, ...(names.length > 0 && { settings }) }
}

/** @throws Problem 409 if somebody has changed one of those to be changed since they were read */
async function lockUnchanged(
  trx: Transaction,
  tenantId: string,
  existing: readonly MonitorRow[],
  steps: readonly Step[],
): Promise<Work> {
  const ids = steps.flatMap(step => ('id' in step ? [step.id] : []))
  const locked = new Map((await lockMonitors(trx, tenantId, ids)).map(row => [row.id, row]))
  const read = new Map(existing.map(({ id, updated_at }) => [id, updated_at.getTime()]))
  const lockedRow = (id: string) => {
    const row = locked.get(id)
    if (row && read.get(id) === row.updated_at.getTime()) return row
    throw conflict('monitors_changed', 'Monitors were changed at the same time. Import the file again.')
  }
  return {
    create: steps.flatMap(step => (step.action === 'create' ? [step.input] : [])),
    update: steps.flatMap(step => (step.action === 'update' ? [{ step, before: lockedRow(step.id) }] : [])),
    remove: steps.flatMap(step => (step.action === 'remove' ? [lockedRow(step.id)] : [])),
  }
}

function planFor(
  existing: readonly MonitorRow[],
  sealer: Sealer,
  { file, remove }: Pick<ImportRequest, 'file' | 'remove'>,
): Step[] {
  const rows = new Map(existing.map(row => [row.id, row]))
  const known = existing.map(row => existingMonitor(row, sealer))
  return planImport(known, file.monitors, remove).map(step => {
    const before = step.action === 'update' ? rows.get(step.id) : undefined
    return step.action === 'update' && before?.secrets ? withStayingSecrets(step, before, sealer) : step
  })
}

/** Secrets that stay may not fit what the file says: then the change is refused. */
function withStayingSecrets(step: Step & { action: 'update' }, before: MonitorRow, sealer: Sealer): Step {
  try {
    changedMonitor(sealer, before, changeOf(step), '')
    return step
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return refusedStep(step, error.errors.length ? error.errors : [{ path: 'settings', message: error.detail }])
  }
}

/** Secrets that cannot be decrypted differ from all that are given. */
const existingMonitor = (row: MonitorRow, sealer: Sealer): ExistingMonitor => ({
  ...row,
  secrets: openSecrets(sealer, row.id, row.secrets) ?? {},
})

const reportOf = (steps: readonly Step[], file: CheckedFile, push_urls: Import['push_urls']): Import => ({
  counts: countsOf(steps),
  steps: steps.map(step => ({
    ...{ name: step.name, action: step.action, notes: step.notes },
    fields: step.action === 'update' ? step.fields : [],
  })),
  left_out: file.leftOut,
  push_urls,
})

/** Names in a record of the audit log; the rest is counted. */
const NAMES_MAX = 100

function recordOf(steps: readonly Step[]): Record<string, unknown> {
  const named = (action: Step['action']) => steps.filter(step => step.action === action).map(({ name }) => name)
  const { create, update, remove } = countsOf(steps)
  const names = { created: named('create'), changed: named('update'), removed: named('remove') }
  const shown = Object.entries(names).map(([verb, all]) => [verb, all.slice(0, NAMES_MAX)])
  return { counts: { create, update, remove }, ...Object.fromEntries(shown) }
}
