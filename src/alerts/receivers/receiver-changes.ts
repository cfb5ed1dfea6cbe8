import type { Audit } from '../../access'
import type { Principal } from '../../api'
import type { Transaction } from '../../base/db'
import { conflict, Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Sealer } from '../../base/sealed'
import type { ReceiverChange, ReceiverInput, ReceiverType } from '../../contract/receivers'
import { checkMembers } from './receiver-groups'
import { countReceivers, insertReceiver, type ReceiverRow, type ReceiverValues } from './receiver-store'
import { checkSettings, mergedSettings, type SplitSettings } from './settings'
import { openSecrets, sealSecrets } from './stored-receiver'

const RECEIVERS_MAX = 1_000
/** The defaults of Alertmanager; the receivers of a group decide for themselves. */
const SENDS_RESOLVED: Record<ReceiverType, boolean> = { webhook: true, email: false, slack: false, group: true }

export interface ReceiverChangeDeps {
  audit: Audit
  sealer: Sealer
}

/**
 * Creates a receiver. The routing of the tenant has been locked.
 * @returns its id; undefined if the name is taken
 * @throws Problem 400 when the settings do not fit the type, 409 when there are too many
 */
export async function addReceiver(
  trx: Transaction,
  { audit, sealer }: ReceiverChangeDeps,
  by: Principal,
  { settings, send_resolved, ...given }: ReceiverInput,
): Promise<string | undefined> {
  const id = newId()
  const values: ReceiverValues = {
    ...{ id, tenant_id: by.tenantId, ...given, send_resolved: send_resolved ?? SENDS_RESOLVED[given.type] },
    ...sealed(sealer, id, checkSettings(given.type, settings)),
  }
  await checkMembers(trx, values)
  if ((await countReceivers(trx, by.tenantId)) >= RECEIVERS_MAX)
    throw conflict('too_many_receivers', `A tenant has at most ${RECEIVERS_MAX} receivers.`)
  if (!(await insertReceiver(trx, values))) return undefined
  const data = { name: given.name, type: given.type }
  await audit.record({ by, action: 'receiver.create', target: { type: 'receiver', id }, data }, trx)
  return id
}

/**
 * A receiver after a change.
 * @throws Problem 400, or 409 when its secrets would be needed and cannot be decrypted
 */
export function changedReceiver(sealer: Sealer, before: ReceiverRow, change: ReceiverChange): ReceiverValues {
  const { name = before.name, send_resolved = before.send_resolved, enabled = before.enabled, settings } = change
  const values = { ...before, name, send_resolved, enabled }
  if (!settings) return values
  const isReplaced = before.secret_names.every(secret => secret in settings)
  const secrets = isReplaced ? {} : openSecrets(sealer, before)
  if (!secrets)
    throw conflict(
      'secrets_unreadable',
      `The stored secrets cannot be decrypted. Give all of them again (${before.secret_names.join(', ')}), or null for those that are gone.`,
    )
  const merged = mergedSettings({ plain: before.settings, secrets }, settings)
  return { ...values, ...sealed(sealer, before.id, checkSettings(before.type, merged)) }
}

/** @throws Problem 503 if there is no key and none can be stored */
function sealed(sealer: Sealer, id: string, { plain, secrets }: SplitSettings) {
  try {
    return { settings: plain, secrets: sealSecrets(sealer, id, secrets), secret_names: Object.keys(secrets).sort() }
  } catch {
    throw new Problem(
      503,
      'no_secrets_key',
      'The secrets cannot be encrypted: there is no key in DATA_DIR and none can be written there. Set SECRETS_KEY.',
    )
  }
}
