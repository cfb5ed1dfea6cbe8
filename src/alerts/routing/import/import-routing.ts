import type { Principal } from '../../../api'
import type { Transaction } from '../../../base/db'
import { badRequest } from '../../../base/errors'
import { parse } from '../../../base/parse'
import { type AlertRouting, type AskedSetting, alertRouting, type ImportNote } from '../../../contract/alert-routes'
import type { ReceiverType } from '../../../contract/receivers'
import { lockRouting } from '../receiver-names'
import { type RoutingDeps, storeRouting } from '../routing-changes'
import { faultsOfRouting } from '../routing-faults'
import { type ImportedReceiver, planReceivers, type Secrets } from './plan-receivers'
import { type AlertmanagerFile, readAlertmanagerFile } from './read-file'
import { placeReceivers } from './read-route'

export interface ReceiverOutcome {
  name: string
  type: ReceiverType
  /** `kept`: there was one of this name, which stays as it is. */
  outcome: 'created' | 'kept' | 'disabled'
}

/**
 * Creates those receivers whose names are not taken, in the order given, and says so for each.
 * @throws Problem 400 if one is refused
 */
export type ImportReceivers = (
  trx: Transaction,
  by: Principal,
  receivers: readonly ImportedReceiver[],
) => Promise<ReceiverOutcome[]>

export interface ImportDeps extends RoutingDeps {
  importReceivers: ImportReceivers
}

export interface ImportRequest {
  yaml: string
  /** Nothing is stored. */
  dry_run: boolean
  secrets: Secrets
  reason?: string | undefined
}

export interface ImportResult {
  stored: boolean
  routing: AlertRouting
  receivers: ReceiverOutcome[]
  asked: AskedSetting[]
  adapted: ImportNote[]
  not_imported: ImportNote[]
}

/** Carries the result of a dry run out of the transaction that it rolls back. */
class DryRun extends Error {
  constructor(readonly result: ImportResult) {
    super('A dry run is rolled back.')
  }
}

/**
 * Replaces a tenant's routes with those of an `alertmanager.yml`, and creates its receivers. A dry run does the same
 * and takes it back.
 * @throws Problem 400 that names the lines of what Alertmanager would refuse, too
 */
export async function importRouting(deps: ImportDeps, by: Principal, request: ImportRequest): Promise<ImportResult> {
  const file = readAlertmanagerFile(request.yaml)
  try {
    const result = await deps.db.transaction(trx => applyFile(deps, trx, by, { file, request }))
    deps.onChange(by.tenantId)
    return result
  } catch (error) {
    if (error instanceof DryRun) return error.result
    throw error
  }
}

async function applyFile(
  deps: ImportDeps,
  trx: Transaction,
  by: Principal,
  { file, request: { dry_run, secrets, reason } }: { file: AlertmanagerFile; request: ImportRequest },
): Promise<ImportResult> {
  const { report } = file
  await lockRouting(trx, by.tenantId)
  const existing = await deps.receiverNames(by.tenantId, trx)
  const { receivers: planned, nameOf, asked } = planReceivers(file.receivers.values(), { existing, secrets, report })
  report.check()
  const routing = parse(alertRouting, configOf(file, placeReceivers(file.route, nameOf)), 'body.yaml')
  const receivers = await deps.importReceivers(trx, by, planned)
  const faults = faultsOfRouting(routing, await deps.receiverNames(by.tenantId, trx), 'body.yaml')
  if (faults.length) throw badRequest(faults)
  await storeRouting(deps, trx, by, { config: routing, reason, action: 'alert_routing.import' })
  const result = { stored: !dry_run, routing, receivers, asked, ...report.all }
  if (dry_run) throw new DryRun(result)
  return result
}

const configOf = (file: AlertmanagerFile, route: AlertRouting['route']): AlertRouting => ({
  route,
  inhibit_rules: file.inhibitRules,
  time_intervals: file.intervals,
})
