import { type Audit, actorSchema, type Endpoint, endpoint, ok, type Principal, pageOf, reasonQuery } from '../../access'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { newId } from '../../base/ids'
import { uuid, z } from '../../base/parse'
import type { HostNews } from '../host-news'
import { namedPage, namedQuery } from '../named-page'
import { runsOn } from '../platform'
import { requireServable } from '../schedules/served'
import { STATEMENT_BYTES_MAX, sqlText, statementChange, statementInput } from '../statement-input'
import {
  countLabels,
  deleteLabel,
  findLabel,
  holdLabel,
  insertLabel,
  type Label,
  listLabels,
  memberPlatforms,
  removePlatforms,
  updateLabel,
} from './label-store'

export interface LabelRoutesDeps {
  db: Db
  audit: Audit
  news: HostNews
}

/** Every host is asked every dynamic label. */
const LABELS_MAX = 500

export const params = z.strictObject({ id: uuid.transform(id => id.toLowerCase()) })
export const labelSchema = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    sql: z.string().nullable(),
    platforms: z.array(z.string()),
    host_count: z.number(),
    created_by: actorSchema,
    created_at: z.date(),
    updated_at: z.date(),
  })
  .meta({ id: 'Label' })

const input = statementInput.extend({ sql: sqlText.nullable().default(null) })

const nameTaken = (name: string) => conflict('name_taken', `There is a label "${name}" already.`)
const MANUAL = 'The hosts of this label are listed by hand: it has no query to change.'

export const labelRoutes = (deps: LabelRoutesDeps): Endpoint[] => [
  ...readRoutes(deps),
  createRoute(deps),
  changeRoute(deps),
  deleteRoute(deps),
]

const readRoutes = ({ db }: LabelRoutesDeps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/labels',
    role: 'viewer',
    summary: 'Labels by name; the hosts of those with `sql` are decided by its rows, of the others by people.',
    query: namedQuery,
    replies: { 200: pageOf(labelSchema) },
    handle: async ({ principal: { tenantId }, query }) =>
      ok(await namedPage(query, place => listLabels(db, tenantId, place))),
  }),
  endpoint({
    method: 'get',
    path: '/api/labels/{id}',
    role: 'viewer',
    summary: 'A label.',
    params,
    replies: { 200: labelSchema },
    async handle({ principal: { tenantId }, params: { id } }) {
      const found = await findLabel(db, tenantId, id)
      if (!found) throw notFound('label')
      return ok(found)
    },
  }),
]

const createRoute = ({ db, audit, news }: LabelRoutesDeps): Endpoint =>
  endpoint({
    method: 'post',
    path: '/api/labels',
    role: 'operator',
    summary: 'Makes a label; with `sql` every host of its platforms is asked, and has it while there are rows.',
    body: input,
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 201: labelSchema },
    async handle({ principal, body: { reason, ...fields } }) {
      const { tenantId, actor } = principal
      const id = newId()
      const made = await db.transaction(async trx => {
        if ((await countLabels(trx, tenantId)) >= LABELS_MAX)
          throw conflict('too_many_labels', `There are ${LABELS_MAX} labels already: remove one first.`)
        if (!(await insertLabel(trx, { id, tenantId, createdBy: actor, ...fields }))) throw nameTaken(fields.name)
        await record(trx, { audit, principal, id, verb: 'create', reason, data: { name: fields.name } })
        return findLabel(trx, tenantId, id)
      })
      if (fields.sql !== null) news.tell({ type: 'labels', tenantId })
      return { status: 201, body: made }
    },
  })

const changeRoute = ({ db, audit, news }: LabelRoutesDeps): Endpoint =>
  endpoint({
    method: 'patch',
    path: '/api/labels/{id}',
    role: 'operator',
    summary: 'Changes what is named of a label; hosts stay in it until they have answered a changed query.',
    params,
    body: statementChange,
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 200: labelSchema },
    async handle({ principal, params: { id }, body: { reason, ...given } }) {
      const { tenantId } = principal
      const { revised, label } = await db.transaction(async trx => {
        const before = await holdLabel(trx, tenantId, id)
        if (!before) throw notFound('label')
        const revised = await applyChange(trx, tenantId, before, given)
        await record(trx, { audit, principal, id, verb: 'update', reason, data: { fields: Object.keys(given) } })
        return { revised, label: await findLabel(trx, tenantId, id) }
      })
      if (revised) news.tell({ type: 'labels', tenantId })
      return ok(label)
    },
  })

/** @returns whether hosts are to be asked anew */
async function applyChange(
  trx: Transaction,
  tenantId: string,
  before: Label,
  given: Omit<z.output<typeof statementChange>, 'reason'>,
): Promise<boolean> {
  if (before.sql === null && given.sql !== undefined) throw conflict('label_is_manual', MANUAL)
  const { id, name, description, sql, platforms } = before
  const after = {
    name: given.name ?? name,
    description: given.description ?? description,
    sql: given.sql ?? sql,
    platforms: given.platforms ?? platforms,
  }
  const isOther = after.sql !== sql || after.platforms.join() !== platforms.join()
  const revised = after.sql !== null && isOther
  if (!(await updateLabel(trx, { id, tenantId, ...after, revised }))) throw nameTaken(after.name)
  if (after.name !== name) await requireServable(trx, tenantId, { label: after.name, path: 'body.name' })
  if (revised) {
    const gone = (await memberPlatforms(trx, id)).filter(platform => !runsOn(platform, after.platforms))
    if (gone.length) await removePlatforms(trx, id, gone)
  }
  return revised
}

const deleteRoute = ({ db, audit, news }: LabelRoutesDeps): Endpoint =>
  endpoint({
    method: 'delete',
    path: '/api/labels/{id}',
    role: 'operator',
    summary: 'Removes a label; its hosts stay.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      const { tenantId } = principal
      await db.transaction(async trx => {
        const name = await deleteLabel(trx, tenantId, id)
        if (name === undefined) throw notFound('label')
        await record(trx, { audit, principal, id, verb: 'delete', reason, data: { name } })
      })
      news.tell({ type: 'labels', tenantId })
      return { status: 204 }
    },
  })

interface Recorded {
  audit: Audit
  principal: Principal
  id: string
  verb: string
  reason: string | undefined
  data: Record<string, unknown>
}

export const record = (trx: Transaction, { audit, principal, id, verb, reason, data }: Recorded) =>
  audit.record({ by: principal, action: `label.${verb}`, target: { type: 'label', id }, reason, data }, trx)
