import { performance } from 'node:perf_hooks'
import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound, Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Sealer } from '../../base/sealed'
import { plainText } from '../../contract/fields'
import { type ReceiverChange, receiverRoutes as routes } from '../../contract/receivers'
import {
  countReceivers,
  deleteReceiver,
  findListedReceiver,
  findRouteTree,
  insertReceiver,
  listReceivers,
  lockReceiver,
  type ReceiverRow,
  type ReceiverValues,
  updateReceiver,
} from './receiver-store'
import type { Receivers } from './receivers'
import { checkSettings, mergedSettings, type SplitSettings } from './settings'
import { namesInTree, shownReceiver } from './shown-receiver'
import { openSecrets, sealSecrets } from './stored-receiver'
import { testNotice } from './test-notice'

const RECEIVERS_MAX = 1_000

export interface ReceiverRoutesDeps {
  db: Db
  audit: Audit
  sealer: Sealer
  receivers: Receivers
  publicUrl: string | undefined
  /** Locks the routing of a tenant and tells all processes that it has changed: `bumpHead(trx, tenantId, 'routing_version')`. */
  bumpRouting(trx: Transaction, tenantId: string): Promise<unknown>
  /** Lets notifications that wait for a receiver go on. */
  wake(receiver: { tenantId: string; id: string }): Promise<void>
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
    const { db, sealer } = deps
    const page = { after: readCursor(cursor, NAME), q, limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listReceivers(db, tenantId, page), limit, row => row.name)
    const named = namesInTree(await findRouteTree(db, tenantId))
    return ok({ items: items.map(row => shownReceiver(sealer, row, named.get(row.name) ?? 0)), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => ok(await read(deps, tenantId, id))),
]

async function read({ db, sealer }: ReceiverRoutesDeps, tenantId: string, id: string) {
  const row = await findListedReceiver(db, tenantId, id)
  if (!row) throw notFound('receiver')
  const named = namesInTree(await findRouteTree(db, tenantId))
  return shownReceiver(sealer, row, named.get(row.name) ?? 0)
}

const createRoute = (deps: ReceiverRoutesDeps) =>
  endpoint(routes.create, async ({ principal: by, body: { settings, send_resolved, ...body } }) => {
    const { db, audit, bumpRouting } = deps
    const split = checkSettings(body.type, settings)
    const id = newId()
    const values: ReceiverValues = {
      ...{ id, tenant_id: by.tenantId, ...body, send_resolved: send_resolved ?? body.type === 'webhook' },
      ...sealed(deps, id, split),
    }
    await db.transaction(async trx => {
      await bumpRouting(trx, by.tenantId)
      if ((await countReceivers(trx, by.tenantId)) >= RECEIVERS_MAX)
        throw conflict('too_many_receivers', `A tenant has at most ${RECEIVERS_MAX} receivers.`)
      if (!(await insertReceiver(trx, values))) throw nameTaken(body.name)
      const data = { name: body.name, type: body.type }
      await audit.record({ by, action: 'receiver.create', target: { type: 'receiver', id }, data }, trx)
    })
    return created(await read(deps, by.tenantId, id))
  })

const updateRoute = (deps: ReceiverRoutesDeps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body }) => {
    const { db, audit, bumpRouting, wake } = deps
    await db.transaction(async trx => {
      await bumpRouting(trx, by.tenantId)
      const before = await lockReceiver(trx, by.tenantId, id)
      if (!before) throw notFound('receiver')
      if (body.name !== undefined && body.name !== before.name) await mustBeUnnamed(trx, before, 'renamed')
      if ((await updateReceiver(trx, changed(deps, before, body))) === 'taken') throw nameTaken(body.name)
      const fields = [...Object.keys(body), ...Object.keys(body.settings ?? {}).map(name => `settings.${name}`)]
      const data = { name: body.name ?? before.name, fields, enabled: body.enabled ?? before.enabled }
      await audit.record({ by, action: 'receiver.update', target: { type: 'receiver', id }, data }, trx)
    })
    await wake({ tenantId: by.tenantId, id })
    return ok(await read(deps, by.tenantId, id))
  })

/** @throws Problem 400, or 409 when its secrets would be needed and cannot be decrypted */
function changed(deps: ReceiverRoutesDeps, before: ReceiverRow, change: ReceiverChange): ReceiverValues {
  const { name = before.name, send_resolved = before.send_resolved, enabled = before.enabled, settings } = change
  const values = { ...before, name, send_resolved, enabled }
  if (!settings) return values
  const isReplaced = before.secret_names.every(secret => secret in settings)
  const secrets = isReplaced ? {} : openSecrets(deps.sealer, before)
  if (!secrets)
    throw conflict(
      'secrets_unreadable',
      `The stored secrets cannot be decrypted. Give all of them again (${before.secret_names.join(', ')}), or null for those that are gone.`,
    )
  const merged = mergedSettings({ plain: before.settings, secrets }, settings)
  return { ...values, ...sealed(deps, before.id, checkSettings(before.type, merged)) }
}

/** @throws Problem 503 if there is no key and none can be stored */
function sealed({ sealer }: ReceiverRoutesDeps, id: string, { plain, secrets }: SplitSettings) {
  try {
    return { settings: plain, secrets: sealSecrets(sealer, id, secrets), secret_names: Object.keys(secrets).sort() }
  } catch {
    throw new Problem(
      503,
      'no_secrets_key',
      'The secrets cannot be encrypted: there is no key in DATA_DIR and none can be written there. Set SECRETS_KEY.',
    )
  }
}

const deleteRoute = ({ db, audit, bumpRouting, wake }: ReceiverRoutesDeps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      await bumpRouting(trx, by.tenantId)
      const row = await lockReceiver(trx, by.tenantId, id)
      if (!row) throw notFound('receiver')
      await mustBeUnnamed(trx, row, 'deleted')
      await deleteReceiver(trx, by.tenantId, id)
      const data = { name: row.name, type: row.type }
      await audit.record({ by, action: 'receiver.delete', target: { type: 'receiver', id }, reason, data }, trx)
    })
    await wake({ tenantId: by.tenantId, id }) // what waits for it ends
    return noContent()
  })

/** The routing is locked: no route can name it in between. */
async function mustBeUnnamed(trx: Transaction, { tenant_id, name }: ReceiverRow, what: string) {
  const count = namesInTree(await findRouteTree(trx, tenant_id)).get(name)
  if (count)
    throw conflict(
      'receiver_in_use',
      `${count} of the alert routes name "${name}", so it cannot be ${what}. Change them first.`,
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
    if (outcome.ok) await wake({ tenantId: by.tenantId, id })
    return ok({ ok: outcome.ok, status_code: outcome.statusCode, error, duration_ms })
  })

const nameTaken = (name: string | undefined) => conflict('name_taken', `There is already a receiver "${name ?? ''}".`)
