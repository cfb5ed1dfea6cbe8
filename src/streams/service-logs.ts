import { DEFAULT_TENANT_ID } from '../api'
import { notFound } from '../base/errors'
import type { LogRecord } from '../base/log'
import { SERVICES } from '../contract/values'
import type { Topic, Writer } from './entry'
import type { Family } from './families'

/** A service with a log of its own. A process with the role `all` runs both. */
export type Service = (typeof SERVICES)[number]

/** The program's own log concerns all tenants, so only the default tenant may read it. */
export const serviceTopic = (service: Service): Topic => ({ tenantId: DEFAULT_TENANT_ID, name: `service:${service}` })

export const serviceFamily = (heartbeatMs: number): Family => ({
  prefix: 'service',
  heartbeatMs,
  kinds: {},
  exists: async ({ tenantId, name }) =>
    tenantId === DEFAULT_TENANT_ID && SERVICES.some(service => name === `service:${service}`),
})

/**
 * Writes the program's own log to the service topics. Leaves out lines of the streams themselves, which would loop, and
 * the actor of a request: viewers read these topics, but only roles with access to the audit log may see who did what.
 */
export function serviceSink(writer: Pick<Writer, 'write'>, ownService: Service): (record: LogRecord) => void {
  return ({ at, level, message, facts }) => {
    const { component, service = ownService, actor_id: _, ...data } = facts
    if (component === 'streams') return
    const source = typeof component === 'string' ? component : null
    const named = Object.keys(data).length ? { data } : {}
    void writer.write(serviceTopic(service as Service), [{ kind: 'log', at, level, message, source, ...named }])
  }
}

/**
 * The topics of one service, or of all.
 * @throws Problem 404 for tenants that do not run the installation
 */
export function serviceTopics(tenantId: string, service?: Service): Topic[] {
  if (tenantId !== DEFAULT_TENANT_ID) throw notFound('service log')
  return SERVICES.filter(each => service === undefined || each === service).map(serviceTopic)
}
