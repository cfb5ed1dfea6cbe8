import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { reseal } from '../../base/reseal'
import type { Sealer } from '../../base/sealed'
import { purposeOf } from './secrets'

/** Seals the secrets of crawls again when the process starts with a new key. */
export const resealing = ({ db, sealer, log }: { db: Db; sealer: Sealer; log: Log }): Part => ({
  name: 'secrets of crawls',
  async start() {
    const retry = logRetryable(log, 'Cannot seal the secrets of crawls again', {}, 'warn')
    reseal({ db, sealer, table: 'crawls', purposeOf }).catch(retry)
  },
  async stop() {},
})
