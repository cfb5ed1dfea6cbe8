import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Access } from '../../access'
import type { Db } from '../../base/db'
import { withTimeout } from '../../base/request-timeout'
import { CONTENT_TYPE } from './exposition'
import { MonitorMetrics } from './monitor-metrics'
import { textMount } from './text-routes'

/** Prometheus gives up after 10 s by default. */
const READ_MS_MAX = 8_000
/** For how long a client may read nothing; then its connection is closed. */
const STALL_MS = 40_000

/** `GET /metrics/monitors`: the latest check of each monitor of the caller's tenant, as metrics of blackbox_exporter. */
export function monitorMetricsMount(db: Db, access: Pick<Access, 'authenticate' | 'isForeign'>) {
  const metrics = new MonitorMetrics(db)
  return textMount({
    path: '/metrics/monitors',
    role: 'viewer',
    access,
    async handle(_req, res, { tenantId }) {
      const exposition = await withTimeout(READ_MS_MAX, () => metrics.of(tenantId))
      res.setHeader('Content-Type', CONTENT_TYPE)
      res.setTimeout(STALL_MS, () => res.destroy())
      await pipeline(Readable.from(exposition.chunks()), res).catch(ignoreClosed)
    },
  })
}

/** The client went away. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
}
