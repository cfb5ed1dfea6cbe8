import { endpoint, ok } from '../../api'
import { badRequest } from '../../base/errors'
import { monitorRoutes as routes } from '../../contract/monitors'
import { commitChange } from '../monitors/change-effect'
import { lockMonitors, selectMonitors } from '../monitors/monitor-store'
import { changeMonitors, removeMonitors, switchMonitors } from './changes'
import type { MonitorRoutesDeps } from './monitor-routes'

/** Monitors that one action may be for; more are too many for one commit. */
const SELECTED_MAX = 5_000

/** Changes many monitors in one commit. */
export const bulkRoute = (deps: MonitorRoutesDeps) =>
  endpoint(routes.bulk, async ({ principal: by, body }) => {
    const { action, filter, change, dry_run, reason } = body
    if (!Object.keys(filter).length)
      throw badRequest([{ path: 'body.filter', message: 'must select something; {"all": true} selects all' }])
    if (action === 'update' && !change)
      throw badRequest([{ path: 'body.change', message: 'is required for an update' }])
    const ids = await selectMonitors(deps.db, by.tenantId, filter, SELECTED_MAX + 1)
    if (ids.length > SELECTED_MAX)
      throw badRequest([{ path: 'body.filter', message: `must not select more than ${SELECTED_MAX} monitors` }])
    if (dry_run) return ok({ count: ids.length, dry_run })
    const author = { by, reason }
    await commitChange(deps.streams, async trx => {
      if (action === 'delete') return { result: undefined, entries: await removeMonitors(trx, deps, author, ids) }
      if (action === 'update') {
        await changeMonitors(trx, deps, author, ids, change ?? {})
        return { result: undefined, entries: [] }
      }
      const monitors = await lockMonitors(trx, by.tenantId, ids)
      return {
        result: undefined,
        entries: [await switchMonitors(trx, deps, author, monitors, action === 'resume')].flat(),
      }
    })
    deps.onChange()
    return ok({ count: ids.length, dry_run })
  })
