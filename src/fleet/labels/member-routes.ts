import { type Endpoint, endpoint, ok, reason } from '../../access'
import { badRequest, conflict, notFound } from '../../base/errors'
import { uuid, z } from '../../base/parse'
import { knownHosts } from '../host-store'
import { requireServable } from '../schedules/served'
import { addMembers, findLabel, holdLabel, removeMembers } from './label-store'
import { type LabelRoutesDeps, labelSchema, params, record } from './routes'

const BODY_BYTES_MAX = 1024 * 1024
const HOSTS_MAX = 10_000

const hostIds = z
  .array(uuid.transform(id => id.toLowerCase()))
  .max(HOSTS_MAX)
  .default([])

/** Who puts hosts into a label of which a query decides would be undone by the next answer. */
export const labelMemberRoute = ({ db, audit }: LabelRoutesDeps): Endpoint =>
  endpoint({
    method: 'post',
    path: '/api/labels/{id}/hosts',
    role: 'operator',
    summary: 'Puts hosts into a manual label and takes hosts out of it.',
    params,
    body: z.strictObject({ add: hostIds, remove: hostIds, reason: reason.optional() }),
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: labelSchema },
    async handle({ principal, params: { id }, body: { add, remove, reason } }) {
      const { tenantId } = principal
      const label = await db.transaction(async trx => {
        const held = await holdLabel(trx, tenantId, id)
        if (!held) throw notFound('label')
        if (held.sql !== null)
          throw conflict('label_is_dynamic', 'A query decides which hosts have this label: change the query instead.')
        const known = await knownHosts(
          trx,
          add.map(hostId => ({ tenantId, id: hostId })),
        )
        const unknown = add.flatMap((hostId, i) =>
          known.has(hostId) ? [] : [{ path: `body.add.${i}`, message: 'There is no such host here.' }],
        )
        if (unknown.length) throw badRequest(unknown)
        const added = await addMembers(trx, id, add)
        const removed = await removeMembers(trx, id, remove)
        if (added.length) await requireServable(trx, tenantId, { label: held.name, path: 'body.add' })
        const data = { added: added.length, removed: removed.length }
        await record(trx, { audit, principal, id, verb: 'hosts', reason, data })
        return findLabel(trx, tenantId, id)
      })
      return ok(label)
    },
  })
