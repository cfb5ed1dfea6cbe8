import { performance } from 'node:perf_hooks'
import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import type { Sealer } from '../../base/sealed'
import { plainText } from '../../contract/fields'
import { receiverRoutes as routes } from '../../contract/receivers'
import { lockRouting, receiversInUse, renameReceiver } from '../routing/receiver-names'
import { addReceiver, changedReceiver } from './receiver-changes'
import { receiverGroups, renameMember } from './receiver-group-store'
import { checkMembers, namesIn, withGroups, withMembers } from './receiver-groups'
import {
  deleteReceiver,
  findListedReceiver,
  type ListedReceiver,
  listReceivers,
  lockReceiver,
  receiversByName,
  updateReceiver,
} from './receiver-store'
import type { Receivers } from './receivers'
import { shownReceiver } from './shown-receiver'
import { testNotice } from './test-notice'

export interface ReceiverRoutesDeps {
  db: Db
  audit: Audit
  sealer: Sealer
  receivers: Receivers
  publicUrl: string | undefined
  /** The groups of alerts that are told, which name their receivers. */
  groups: {
    /** Keeps others from changing them until the transaction ends. To be called before anything else is locked. */
    lock(trx: Transaction, tenantId: string): Promise<void>
    rename(trx: Transaction, names: { tenantId: string; from: string; to: string }): Promise<void>
  }
  /** Lets notifications that wait for a receiver go on. */
  wake(receiver: { id: string }): Promise<void>
  /** Called after each change that decides who is told, when it has been committed. */
  onChange(tenantId: string): void
}

export const receiverRoutes = (deps: ReceiverRoutesDeps): Endpoint[] => [
  ...readRoutes(deps),
  createRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
  testRoute(deps),
]

const NAME = plainText(200)

const readRoutes = (deps: ReceiverRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { q, limit, cursor } }) => {
    const page = { after: readCursor(cursor, NAME), q, limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listReceivers(deps.db, tenantId, page), limit, row => row.name)
    return ok({ items: await shown(deps, tenantId, items), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => ok(await read(deps, tenantId, id))),
]

async function read(deps: ReceiverRoutesDeps, tenantId: string, id: string) {
  const row = await findListedReceiver(deps.db, tenantId, id)
  const [item] = row ? await shown(deps, tenantId, [row]) : []
  if (!item) throw notFound('receiver')
  return item
}

async function shown({ db, sealer }: ReceiverRoutesDeps, tenantId: string, rows: ListedReceiver[]) {
  const routes = withGroups(await receiversInUse(db, tenantId), await receiverGroups(db, tenantId))
  const members = await receiversByName(db, tenantId, [...new Set(rows.flatMap(namesIn))])
  return rows.map(row => shownReceiver(sealer, withMembers(row, members), routes.get(row.name) ?? 0))
}

const createRoute = (deps: ReceiverRoutesDeps) =>
  endpoint(routes.create, async ({ principal: by, body }) => {
    const id = await deps.db.transaction(async trx => {
      await lockRouting(trx, by.tenantId)
      return addReceiver(trx, deps, by, body)
    })
    if (!id) throw nameTaken(body.name)
    deps.onChange(by.tenantId)
    return created(await read(deps, by.tenantId, id))
  })

const updateRoute = (deps: ReceiverRoutesDeps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body }) => {
    const { db, audit, sealer, groups, wake, onChange } = deps
    await db.transaction(async trx => {
      if (body.name !== undefined) await groups.lock(trx, by.tenantId)
      await lockRouting(trx, by.tenantId)
      const before = await lockReceiver(trx, by.tenantId, id)
      if (!before) throw notFound('receiver')
      const after = changedReceiver(sealer, before, body)
      if (body.settings) await checkMembers(trx, after)
      if ((await updateReceiver(trx, after)) === 'taken') throw nameTaken(body.name)
      if (after.name !== before.name) {
        const names = { tenantId: by.tenantId, from: before.name, to: after.name }
        await renameReceiver(trx, { ...names, by: by.actor.name })
        await renameMember(trx, names)
        await groups.rename(trx, names)
      }
      const fields = [...Object.keys(body), ...Object.keys(body.settings ?? {}).map(name => `settings.${name}`)]
      const data = { name: after.name, fields, enabled: after.enabled }
      await audit.record({ by, action: 'receiver.update', target: { type: 'receiver', id }, data }, trx)
    })
    onChange(by.tenantId)
    await wake({ id })
    return ok(await read(deps, by.tenantId, id))
  })

const deleteRoute = ({ db, audit, wake, onChange }: ReceiverRoutesDeps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      await lockRouting(trx, by.tenantId)
      const row = await lockReceiver(trx, by.tenantId, id)
      if (!row) throw notFound('receiver')
      await checkUnused(trx, by.tenantId, row.name)
      await deleteReceiver(trx, by.tenantId, id)
      const data = { name: row.name, type: row.type }
      await audit.record({ by, action: 'receiver.delete', target: { type: 'receiver', id }, reason, data }, trx)
    })
    onChange(by.tenantId)
    await wake({ id }) // what waits for it ends
    return noContent()
  })

/** @throws Problem 409 while a route or a group names a receiver */
async function checkUnused(trx: Transaction, tenantId: string, name: string): Promise<void> {
  const routes = (await receiversInUse(trx, tenantId)).get(name)
  if (routes)
    throw conflict('receiver_in_use', `Alert routes name "${name}" (${routes}). Change them before you delete it.`)
  const groups = [...(await receiverGroups(trx, tenantId))].filter(([, names]) => names.includes(name))
  if (groups.length)
    throw conflict(
      'receiver_in_use',
      `It is one of the receivers of ${groups.map(([group]) => `"${group}"`).join(', ')}. Take it out there before you delete it.`,
    )
}

const testRoute = ({ audit, receivers, publicUrl = '', wake }: ReceiverRoutesDeps) =>
  endpoint(routes.test, async ({ principal: by, params: { id } }) => {
    const receiver = await receivers.byId(by.tenantId, id)
    if (!receiver) throw notFound('receiver')
    const started = performance.now()
    const notice = testNotice(receiver.name, publicUrl, by.actor.name)
    const outcome = await receivers.send(receiver, notice, new AbortController().signal)
    const duration_ms = Math.round(performance.now() - started)
    const error = outcome.ok ? null : outcome.error
    const data = { name: receiver.name, ok: outcome.ok, error }
    await audit.record({ by, action: 'receiver.test', target: { type: 'receiver', id }, data })
    if (outcome.ok) await wake({ id })
    return ok({ ok: outcome.ok, status_code: outcome.statusCode, error, duration_ms })
  })

const nameTaken = (name: string | undefined) => conflict('name_taken', `There is already a receiver "${name ?? ''}".`)
