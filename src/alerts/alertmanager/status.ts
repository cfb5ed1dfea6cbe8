import { Gauge, type Registry } from '../../base/metrics'
import { type Answer, json } from './answer'
import type { Paths } from './operation'

/** The release whose API this is. amtool warns when it differs from its own; Karma needs 0.22 or above. */
const VERSION = '0.25.0'
const REVISION = 'tailrace'

export interface StatusOperationsDeps {
  /** The routing as an `alertmanager.yml`, which amtool and Grafana parse. */
  originalConfig(tenantId: string): Promise<string>
  /** Names of all receivers. */
  receiverNames(tenantId: string): Promise<string[]>
}

/** `/status` and `/receivers`. */
export function statusOperations({ originalConfig, receiverNames }: StatusOperationsDeps): Paths {
  const startedAt = new Date()
  return {
    '/status': {
      GET: { role: 'viewer', handle: async ({ tenantId }) => status(await originalConfig(tenantId), startedAt) },
    },
    '/receivers': {
      GET: {
        role: 'viewer',
        handle: async ({ tenantId }) => json((await receiverNames(tenantId)).map(name => ({ name }))),
      },
    },
  }
}

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
    help: "The release of Alertmanager whose API is served, always 1.",
    labelNames: ['branch', 'goversion', 'revision', 'version'],
    registers: [metrics],
  }).set({ branch: 'tailrace', goversion: '', revision: REVISION, version: VERSION }, 1)
}
