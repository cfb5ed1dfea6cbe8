import { clean } from '../../../text/display'
import type { Condition } from '../../alerts'
import type { Db } from '../../base/db'
import { readUnseen } from './unseen-store'

const DAY_SECONDS = 86_400

/** Hosts that have not been seen for long. */
export const missingHosts = (db: Db): Condition => ({
  defaults: {
    name: 'HostMissing',
    source: 'fleet',
    summary: 'A host has not been seen for longer than `window_seconds`.',
    severity: 'warning',
    threshold: null,
    windowSeconds: 30 * DAY_SECONDS,
  },
  async find(rules) {
    const hosts = await readUnseen(
      db,
      rules.map(({ tenantId, windowSeconds }) => ({ tenantId, seconds: windowSeconds ?? 30 * DAY_SECONDS })),
    )
    return hosts.map(({ tenant_id, id, hostname, host_identifier, platform, last_seen_at }) => {
      const name = hostname || host_identifier
      return {
        tenantId: tenant_id,
        labels: { host: name, host_id: id, ...(platform && { platform }) },
        annotations: {
          summary: `${clean(name)} is missing`,
          description: `Last seen at ${last_seen_at.toISOString()}.`,
        },
        links: { Host: `/hosts/${id}` },
      }
    })
  },
})
