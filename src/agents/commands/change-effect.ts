import type { Effect } from '../../streams'
import {
  type CommandProgress,
  cancelQueued,
  expireQueued,
  giveUp,
  noteProgress,
  resolveUnknown,
  takeCommands,
} from './change-store'
import { commandEntries } from './command-entries'
import type { CommandRow } from './command-rows'

/** What happens to commands besides their results. */
export type CommandChange =
  | { does: 'send'; agentId: string; epoch: number; again: boolean }
  | { does: 'progress'; agentId: string; id: string; status: CommandProgress }
  | { does: 'cancel'; tenantId: string; id: string }
  /** Ends what is overdue. */
  | { does: 'sweep' }

/** Changes commands and tells of it. @returns those that have changed */
export const commandEffect: Effect<CommandChange, CommandRow[]> = {
  name: 'agents.command',
  async apply(trx, items) {
    const results: CommandRow[][] = []
    for (const item of items) {
      if (item.does === 'send') results.push(await takeCommands(trx, item.agentId, item.epoch, item.again))
      else if (item.does === 'progress') results.push(await noteProgress(trx, item.agentId, item.id, item.status))
      else if (item.does === 'cancel') results.push(await cancelQueued(trx, item.tenantId, item.id))
      else results.push([...(await expireQueued(trx)), ...(await giveUp(trx)), ...(await resolveUnknown(trx))])
    }
    return { results, entries: results.map(rows => rows.flatMap(commandEntries)) }
  },
}
