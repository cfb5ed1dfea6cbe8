import type { Audit } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { plainText } from '../../contract/fields'
import { type MaintenanceWindow, maintenanceRoutes as routes } from '../../contract/silences'
import { formatMatcher } from '../matching'
import { bumpHead } from '../occurrences/heads-store'
import type { MuteNotifier } from './mute-notifier'
import { newPace } from './pace'
import type { Author } from './silence-effect'
import { type StoredWindow, shownWindow } from './window'
import { changedWindow, newWindow } from './window-edit'
import { countWindows, deleteWindow, findWindow, listWindows, WINDOWS_MAX, writeWindow } from './window-store'

interface Deps {
  db: Db
  audit: Audit
  notifier: MuteNotifier
}

const name = plainText(200)

export const windowEndpoints = (deps: Deps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  readRoute(deps),
  updateRoute(deps),
  deleteRoute(deps),
]

const listRoute = ({ db }: Deps) =>
  endpoint(routes.list, async ({ principal: { tenantId }, query: { q, limit, cursor } }) => {
    const place = { q, after: readCursor(cursor, name), limit: limit + 1 }
    const { items, next_cursor } = pageOf(await listWindows(db, tenantId, place), limit, each => each.name)
    const now = Date.now()
    const pace = newPace()
    const shown: MaintenanceWindow[] = []
    for (const window of items) {
      await pace()
      shown.push(shownWindow(window, now))
    }
    return ok({ items: shown, next_cursor })
  })

const readRoute = ({ db }: Deps) =>
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const found = await findWindow(db, tenantId, id)
    if (!found) throw notFound('maintenance window')
    return ok(shownWindow(found, Date.now()))
  })

const createRoute = (deps: Deps) =>
  endpoint(routes.create, async ({ principal: by, body }) => {
    const window = newWindow(by, body, new Date())
    await changing(deps, by.tenantId, async trx => {
      if ((await countWindows(trx, by.tenantId)) >= WINDOWS_MAX)
        throw conflict('too_many_windows', `There are already ${WINDOWS_MAX} maintenance windows: delete one first.`)
      await record(deps, trx, { by, verb: 'create', window })
      await write(trx, window)
    })
    return created(shownWindow(window, Date.now()))
  })

const updateRoute = (deps: Deps) =>
  endpoint(routes.update, async ({ principal: by, params: { id }, body: { reason, ...change } }) => {
    const window = await changing(deps, by.tenantId, async trx => {
      const before = await findWindow(trx, by.tenantId, id)
      if (!before) throw notFound('maintenance window')
      const window = changedWindow(before, change, new Date())
      await record(deps, trx, { by, verb: 'update', window, reason })
      await write(trx, window)
      return window
    })
    return ok(shownWindow(window, Date.now()))
  })

const deleteRoute = (deps: Deps) =>
  endpoint(routes.delete, async ({ principal: by, params: { id }, query: { reason } }) => {
    await changing(deps, by.tenantId, async trx => {
      const window = await findWindow(trx, by.tenantId, id)
      if (!window) throw notFound('maintenance window')
      await deleteWindow(trx, by.tenantId, id)
      await record(deps, trx, { by, verb: 'delete', window, reason })
    })
    return noContent()
  })

/** Serializes changes of a tenant by its head, and announces them. */
async function changing<T>(deps: Deps, tenantId: string, change: (trx: Transaction) => Promise<T>): Promise<T> {
  const result = await deps.db.transaction(async trx => {
    await bumpHead(trx, tenantId, 'mute_version')
    return change(trx)
  })
  deps.notifier.announce(tenantId)
  return result
}

async function write(trx: Transaction, window: StoredWindow): Promise<void> {
  if ((await writeWindow(trx, window)) === 'taken')
    throw conflict('name_taken', `There is already a maintenance window "${window.name}".`)
}

interface Change {
  by: Author
  verb: string
  window: StoredWindow
  reason?: string | undefined
}

const record = ({ audit }: Deps, trx: Transaction, { by, verb, window, reason }: Change) =>
  audit.record(
    {
      by,
      action: `maintenance_window.${verb}`,
      target: { type: 'maintenance_window', id: window.id },
      reason,
      data: {
        name: window.name,
        matchers: window.matchers.map(formatMatcher),
        cron: window.cron,
        starts_at: window.startsAt?.toISOString() ?? null,
        enabled: window.enabled,
      },
    },
    trx,
  )
