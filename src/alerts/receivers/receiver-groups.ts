import type { Transaction } from '../../base/db'
import { badRequest } from '../../base/errors'
import { type ListedReceiver, receiversByName } from './receiver-store'

/** Names in the settings of a group. */
export const namesIn = ({ type, settings: { receivers } }: Pick<ListedReceiver, 'type' | 'settings'>): string[] =>
  type === 'group' && Array.isArray(receivers) ? receivers.map(String) : []

/**
 * Makes sure that a group names receivers that exist, each once and none of them a group. The routing of the tenant has
 * been locked.
 * @throws Problem 400 with paths such as `settings.receivers.0`
 */
export async function checkMembers(
  trx: Transaction,
  receiver: Pick<ListedReceiver, 'tenant_id' | 'type' | 'settings'>,
): Promise<void> {
  const names = namesIn(receiver)
  const members = await receiversByName(trx, receiver.tenant_id, names)
  const faults = names.flatMap((name, i) => {
    const message = faultOf(name, members.get(name), names.indexOf(name) < i)
    return message ? [{ path: `settings.receivers.${i}`, message }] : []
  })
  if (faults.length) throw badRequest(faults)
}

function faultOf(name: string, member: ListedReceiver | undefined, isRepeated: boolean): string | undefined {
  if (!member) return `There is no receiver "${name}".`
  if (member.type === 'group') return `"${name}" is a group itself.`
  return isRepeated ? `"${name}" is named twice.` : undefined
}

/** A group with the state of its receivers: it fails when one of them does. Others as they are. */
export function withMembers(row: ListedReceiver, members: ReadonlyMap<string, ListedReceiver>): ListedReceiver {
  if (row.type !== 'group') return row
  const own = namesIn(row).flatMap(name => members.get(name) ?? [])
  const failing = own.filter(({ enabled, failing_since }) => enabled && failing_since !== null)
  const [longest] = failing.sort((a, b) => Number(a.failing_since) - Number(b.failing_since))
  const sent = own.flatMap(({ last_sent_at }) => last_sent_at?.getTime() ?? [])
  return {
    ...row,
    failing_since: longest?.failing_since ?? null,
    last_error: longest ? `${longest.name}: ${longest.last_error ?? 'no reason given'}` : null,
    last_sent_at: sent.length ? new Date(Math.max(...sent)) : null,
    waiting: own.reduce((sum, { waiting }) => sum + waiting, 0),
  }
}

/** How many routes lead to each receiver, by its own name or that of a group. */
export function withGroups(
  routes: ReadonlyMap<string, number>,
  groups: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const counts = new Map(routes)
  for (const [group, names] of groups)
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + (routes.get(group) ?? 0))
  return counts
}
