import { type Endpoint, endpoint, ok } from '../../api'
import type { Transaction } from '../../base/db'
import { badRequest, conflict, notFound } from '../../base/errors'
import { labelRoutes as routes } from '../../contract/labels'
import { knownHosts } from '../host-store'
import { requireServable } from '../schedules/served'
import { type LabelRoutesDeps, recordChange } from './label-routes'
import { addMembers, getLabel, lockLabel, removeMembers } from './label-store'

/** Only for manual labels: the next answer would undo a change to a dynamic one. */
export const labelMemberRoute = ({ db, audit }: LabelRoutesDeps): Endpoint =>
  endpoint(routes.changeHosts, async ({ principal, params: { id }, body: { add, remove, reason } }) => {
    const { tenantId } = principal
    const label = await db.transaction(async trx => {
      const locked = await lockLabel(trx, tenantId, id)
      if (!locked) throw notFound('label')
      if (locked.sql !== null)
        throw conflict(
          'label_is_dynamic',
          'The query of this label decides which hosts have it: change the query instead.',
        )
      await requireHosts(trx, tenantId, add)
      const added = await addMembers(trx, id, add)
      const removed = await removeMembers(trx, id, remove)
      if (added) await requireServable(trx, tenantId, { label: locked.name, path: 'body.add' })
      await recordChange(trx, { audit, principal, id, verb: 'hosts', reason, data: { added, removed } })
      return getLabel(trx, tenantId, id)
    })
    return ok(label)
  })

/** @throws Problem 400 that names each host that does not exist */
async function requireHosts(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<void> {
  const known = await knownHosts(
    trx,
    ids.map(id => ({ tenantId, id })),
  )
  const faults = ids.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: `body.add.${i}`, message: 'There is no such host.' }],
  )
  if (faults.length) throw badRequest(faults)
}
