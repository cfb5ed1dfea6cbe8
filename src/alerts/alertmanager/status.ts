import type { Db } from '../../base/db'
import { Gauge, type Registry } from '../../base/metrics'
import { originalConfig, type Routing } from '../routing'
import { type Answer, json } from './answer'
import type { Paths } from './operation'
import { INCIDENTS_ONLY } from './receiver-name'
import { readReceivers } from './receiver-store'

/** The release whose API this is. amtool warns when it differs from its own; Karma needs 0.22 or above. */
const VERSION = '0.25.0'
const REVISION = 'tailrace'

export interface StatusOperationsDeps {
  db: Db
  routing: Pick<Routing, 'of'>
}

/** `/status` and `/receivers`. */
export function statusOperations({ db, routing }: StatusOperationsDeps): Paths {
  const startedAt = new Date()
  return {
    '/status': {
      GET: {
        role: 'viewer',
        async handle({ tenantId }) {
          const { config } = await routing.of(tenantId)
          return status(originalConfig(config, await readReceivers(db, tenantId)), startedAt)
        },
      },
    },
    '/receivers': {
      GET: {
        role: 'viewer',
        async handle({ tenantId }) {
          const receivers = await readReceivers(db, tenantId)
          return json([{ name: INCIDENTS_ONLY }, ...receivers.map(({ name }) => ({ name }))])
        },
      },
    },
  }
}

/** @param original an `alertmanager.yml`, which amtool and Grafana parse */
const status = (original: string, startedAt: Date): Answer =>
  json({
    // what a single Alertmanager without a cluster says
    cluster: { peers: [], status: 'disabled' },
    config: { original },
    uptime: startedAt.toISOString(),
    versionInfo: {
      branch: 'tailrace',
      buildDate: '',
      buildUser: '',
      goVersion: '',
      revision: REVISION,
      version: VERSION,
    },
  })

/** `alertmanager_build_info`, from which Karma learns the version. */
export function addBuildInfo(metrics: Registry): void {
  new Gauge({
    name: 'alertmanager_build_info',
    help: 'The release of Alertmanager whose API is served, always 1.',
    labelNames: ['branch', 'goversion', 'revision', 'version'],
    registers: [metrics],
  }).set({ branch: 'tailrace', goversion: '', revision: REVISION, version: VERSION }, 1)
}
