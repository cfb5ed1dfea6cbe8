import { z } from '../../base/parse'
import { HOST_STATUSES } from './host'
import type { HostRow, LabelOfHost } from './host-list-store'

const row = z.record(z.string(), z.string())

export const hostSchema = z
  .object({
    id: z.string(),
    host_identifier: z.string(),
    hostname: z.string(),
    platform: z.string(),
    os_name: z.string(),
    os_version: z.string(),
    osquery_version: z.string(),
    hardware_uuid: z.string(),
    hardware_serial: z.string(),
    status: z.enum(HOST_STATUSES),
    enrolled_at: z.date(),
    last_enrolled_at: z.date(),
    last_seen_at: z.date(),
    refreshed_at: z.date().nullable(),
    schedule_lost_at: z
      .date()
      .nullable()
      .meta({ description: 'Since when the agent has had no schedule, as it says.' }),
    labels: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  .meta({ id: 'Host' })

export const hostLinksSchema = z.object({
  self: z.string(),
  page: z.string(),
  query: z.string(),
  results: z.string(),
  logs: z.string(),
  scheduled: z.string(),
  refresh: z.string(),
})

/** Details are first rows by table; vitals are rows by table. */
export const hostDetailsSchema = hostSchema.extend({
  details: z.record(z.string(), row),
  vitals: z.record(z.string(), z.array(row)),
  links: hostLinksSchema,
})

export type Host = z.output<typeof hostSchema>

/** @param labels of several hosts */
export function toHost(host: HostRow, labels: readonly LabelOfHost[]): Host {
  const { id, host_identifier, hostname, platform, os_name, os_version, osquery_version } = host
  const { hardware_uuid, hardware_serial, status } = host
  const { enrolled_at, last_enrolled_at, last_seen_at, refreshed_at, schedule_lost_at } = host
  const own = labels.filter(label => label.host_id === id).map(label => ({ id: label.id, name: label.name }))
  return {
    ...{ id, host_identifier, hostname, platform, os_name, os_version, osquery_version },
    ...{ hardware_uuid, hardware_serial, status },
    ...{ enrolled_at, last_enrolled_at, last_seen_at, refreshed_at, schedule_lost_at },
    labels: own,
  }
}

export const hostLinks = (id: string) => ({
  self: `/api/hosts/${id}`,
  page: `/hosts/${id}`,
  query: `/api/hosts/${id}/query`,
  results: `/api/hosts/${id}/results`,
  logs: `/api/hosts/${id}/logs`,
  scheduled: `/api/hosts/${id}/scheduled`,
  refresh: `/api/hosts/${id}/refresh`,
})
