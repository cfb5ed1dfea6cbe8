import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, type Principal } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { labelRoutes as routes } from '../../contract/labels'
import type { HostNotifier } from '../host-notifier'
import { namedPage } from '../named-page'
import { runsOn } from '../platform'
import { requireServable } from '../schedules/served'
import {
  countLabels,
  deleteLabel,
  findLabel,
  getLabel,
  insertLabel,
  type LabelFields,
  type LabelRow,
  listLabels,
  lockLabel,
  memberPlatforms,
  removePlatforms,
  updateLabel,
} from './label-store'

export interface LabelRoutesDeps {
  db: Db
  audit: Audit
  notifier: HostNotifier
}

/** Limited because every host runs the query of every dynamic label. */
const LABELS_MAX = 500

const nameTaken = (name: string) => conflict('name_taken', `There is already a label "${name}".`)

export const labelRoutes = (deps: LabelRoutesDeps): Endpoint[] => [
  ...readRoutes(deps),
  createRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
]

const readRoutes = ({ db }: LabelRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query }) =>
    ok(await namedPage(query, page => listLabels(db, tenantId, page))),
  ),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const found = await findLabel(db, tenantId, id)
    if (!found) throw notFound('label')
    return ok(found)
  }),
]

const createRoute = ({ db, audit, notifier }: LabelRoutesDeps): Endpoint =>
  endpoint(routes.create, async ({ principal, body: { reason, ...fields } }) => {
    const { tenantId, actor } = principal
    const id = newId()
    const label = await db.transaction(async trx => {
      if ((await countLabels(trx, tenantId)) >= LABELS_MAX)
        throw conflict('too_many_labels', `There are already ${LABELS_MAX} labels: remove one first.`)
      if (!(await insertLabel(trx, { id, tenantId, createdBy: actor, ...fields }))) throw nameTaken(fields.name)
      await recordChange(trx, { audit, principal, id, verb: 'create', reason, data: { name: fields.name } })
      return getLabel(trx, tenantId, id)
    })
    if (fields.sql !== null) notifier.notify({ type: 'labels', tenantId })
    return created(label)
  })

const updateRoute = ({ db, audit, notifier }: LabelRoutesDeps): Endpoint =>
  endpoint(routes.update, async ({ principal, params: { id }, body: { reason, ...given } }) => {
    const { tenantId } = principal
    const { revised, label } = await db.transaction(async trx => {
      const before = await lockLabel(trx, tenantId, id)
      if (!before) throw notFound('label')
      const revised = await applyChange(trx, tenantId, before, given)
      await recordChange(trx, { audit, principal, id, verb: 'update', reason, data: { fields: Object.keys(given) } })
      return { revised, label: await getLabel(trx, tenantId, id) }
    })
    if (revised) notifier.notify({ type: 'labels', tenantId })
    return ok(label)
  })

type Change = { [Field in keyof LabelFields]?: NonNullable<LabelFields[Field]> | undefined }

/** @returns whether hosts must answer the query again */
async function applyChange(trx: Transaction, tenantId: string, before: LabelRow, given: Change): Promise<boolean> {
  if (before.sql === null && given.sql !== undefined)
    throw conflict('label_is_manual', 'This label is manual: it has no query to change.')
  const { id, name, description, sql, platforms } = before
  const after = {
    name: given.name ?? name,
    description: given.description ?? description,
    sql: given.sql ?? sql,
    platforms: given.platforms ?? platforms,
  }
  const hasChanged = after.sql !== sql || after.platforms.join() !== platforms.join()
  const revised = after.sql !== null && hasChanged
  if (!(await updateLabel(trx, { id, tenantId, ...after, revised }))) throw nameTaken(after.name)
  if (after.name !== name) await requireServable(trx, tenantId, { label: after.name, path: 'body.name' })
  if (revised) {
    const excluded = (await memberPlatforms(trx, id)).filter(platform => !runsOn(platform, after.platforms))
    if (excluded.length) await removePlatforms(trx, id, excluded)
  }
  return revised
}

const deleteRoute = ({ db, audit, notifier }: LabelRoutesDeps): Endpoint =>
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    const { tenantId } = principal
    await db.transaction(async trx => {
      const name = await deleteLabel(trx, tenantId, id)
      if (name === undefined) throw notFound('label')
      await recordChange(trx, { audit, principal, id, verb: 'delete', reason, data: { name } })
    })
    notifier.notify({ type: 'labels', tenantId })
    return noContent()
  })

interface LabelChange {
  audit: Audit
  principal: Principal
  id: string
  verb: string
  reason: string | undefined
  data: Record<string, unknown>
}

/** Records a change of a label in the audit log. */
export const recordChange = (trx: Transaction, { audit, principal, id, verb, reason, data }: LabelChange) =>
  audit.record({ by: principal, action: `label.${verb}`, target: { type: 'label', id }, reason, data }, trx)
