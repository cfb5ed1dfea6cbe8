import { z } from '../../base/parse'
import type { Sealer } from '../../base/sealed'
import type { ReceiverRow } from './receiver-store'
import { type Secrets, type TypedSettings, typedSettings } from './settings'

/** A receiver with what is needed to send to it. */
export interface StoredReceiver {
  id: string
  tenantId: string
  name: string
  type: TypedSettings['type']
  sendResolved: boolean
  enabled: boolean
  failingSince: Date | null
  /** With secrets; or why nothing can be sent. */
  target: TypedSettings | { problem: string }
}

const UNREADABLE =
  'Its secrets cannot be decrypted: they were stored with another key. Set SECRETS_KEY to the key of that time, or give the secrets again.'
const UNFIT = 'Its settings are not valid in this version. Give them again.'

const secretsShape = z.record(z.string(), z.string())
/** What the secrets of a receiver are sealed for. */
export const purposeOf = (id: string) => `receiver/${id}`

/** @returns null if there is nothing to keep secret */
export const sealSecrets = (sealer: Sealer, id: string, secrets: Secrets): string | null =>
  Object.keys(secrets).length ? sealer.seal(JSON.stringify(secrets), purposeOf(id)) : null

/** @returns undefined if none of the keys opens them */
export function openSecrets(sealer: Sealer, { id, secrets }: Pick<ReceiverRow, 'id' | 'secrets'>): Secrets | undefined {
  if (secrets === null) return {}
  try {
    const text = sealer.open(secrets, purposeOf(id))
    return text === undefined ? undefined : secretsShape.parse(JSON.parse(text))
  } catch {
    return undefined // the file with the key is damaged
  }
}

/** Why nothing can be sent to a receiver, whatever its server does. */
export function problemOf(sealer: Sealer, row: ReceiverRow): string | undefined {
  const { target } = toReceiver(sealer, row)
  return 'problem' in target ? target.problem : undefined
}

export function toReceiver(sealer: Sealer, row: ReceiverRow): StoredReceiver {
  const secrets = openSecrets(sealer, row)
  const typed = secrets && typedSettings(row.type, { plain: row.settings, secrets })
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    type: row.type,
    sendResolved: row.send_resolved,
    enabled: row.enabled,
    failingSince: row.failing_since,
    target: typed ?? { problem: secrets ? UNFIT : UNREADABLE },
  }
}
