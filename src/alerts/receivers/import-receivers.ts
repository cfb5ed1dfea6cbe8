import type { ImportReceivers } from '../routing/import/import-routing'
import { addReceiver, type ReceiverChangeDeps } from './receiver-changes'

/** Creates the receivers of an imported file. The routing of the tenant has been locked. */
export const importReceivers =
  (deps: ReceiverChangeDeps): ImportReceivers =>
  async (trx, by, list) => {
    const outcomes: Awaited<ReturnType<ImportReceivers>> = []
    for (const receiver of list) {
      const { name, type, enabled } = receiver
      const id = await addReceiver(trx, deps, by, receiver)
      outcomes.push({ name, type, outcome: !id ? 'kept' : enabled ? 'created' : 'disabled' })
    }
    return outcomes
  }
