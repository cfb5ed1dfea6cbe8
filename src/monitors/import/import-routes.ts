import { type Endpoint, endpoint, ok } from '../../api'
import { sendDownload } from '../../base/download'
import { monitorImportRoutes as routes } from '../../contract/monitor-import'
import { type MonitorRoutesDeps, originOf } from '../actions/monitor-routes'
import { allMonitors } from '../monitors/monitor-store'
import { CONTENT } from './content'
import { exportedMonitor, yamlOf } from './exported-file'
import { checkFile, type ImportDeps, importMonitors, planOfImport } from './import-monitors'
import { READERS } from './read-file'
import { monitorsIn } from './read-tailrace'

export type ImportRoutesDeps = ImportDeps & Pick<MonitorRoutesDeps, 'publicUrl'>

export const importRoutes = (deps: ImportRoutesDeps): Endpoint[] => [exportRoute(deps), importRoute(deps)]

const exportRoute = ({ db }: ImportRoutesDeps) =>
  endpoint(routes.export, async ({ principal: { tenantId }, query: { format }, res }) => {
    const monitors = (await allMonitors(db, tenantId)).map(exportedMonitor)
    if (format === 'json') return ok({ version: 1, monitors })
    await sendDownload(res, { name: 'monitors', format }, yamlOf(monitors))
    return undefined
  })

const importRoute = (deps: ImportRoutesDeps) =>
  endpoint(routes.import, async ({ principal: by, query: { dry_run, remove }, body, req }) => {
    const [file, where] =
      'content' in body
        ? [READERS[body.format](body.content), `${CONTENT}.`]
        : [monitorsIn(body.monitors, 'monitors.'), 'body.']
    const request = { file: checkFile(file), where, remove, origin: deps.publicUrl ?? originOf(req) }
    const report = dry_run
      ? await planOfImport(deps, by.tenantId, request)
      : await importMonitors(deps, { by, reason: undefined }, request)
    return ok({ dry_run, ...report })
  })
