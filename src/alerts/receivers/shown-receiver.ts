import type { Sealer } from '../../base/sealed'
import type { Receiver } from '../../contract/receivers'
import type { ListedReceiver } from './receiver-store'
import { problemOf } from './stored-receiver'

/** A receiver as the API shows it. A secret that cannot be decrypted is a failure, which comes before it is needed. */
export function shownReceiver(sealer: Sealer, row: ListedReceiver, routes: number) {
  const problem = problemOf(sealer, row)
  const { id, name, type, settings, secret_names, send_resolved, enabled, failing_since, last_error, waiting } = row
  const state = stateOf({ enabled, isFailing: failing_since !== null || problem !== undefined, routes })
  return {
    ...{ id, name, type, settings, has_secrets: secret_names, send_resolved, enabled, state },
    ...{ failing_since, last_error: problem ?? last_error, last_sent_at: row.last_sent_at, waiting, routes },
    ...{ created_at: row.created_at, updated_at: row.updated_at },
  }
}

function stateOf(facts: { enabled: boolean; isFailing: boolean; routes: number }): Receiver['state'] {
  if (!facts.enabled) return 'disabled'
  if (facts.isFailing) return 'failing'
  return facts.routes ? 'ok' : 'unused'
}
