import { z } from 'zod'
import { byId, page, paging, plainText, reasonQuery, time, uuid } from './fields'
import { row } from './queries'
import type { Routes } from './route'
import { HOST_STATUSES, SYSTEMS } from './values'

export const hostStatus = z.enum(HOST_STATUSES)
export type HostStatus = z.output<typeof hostStatus>

/** The first row of each table an agent sends when it enrolls. */
export const hostDetails = z.record(z.string(), row)
/** Rows by table. */
export const hostVitals = z.record(z.string(), z.array(row))

/** Fields that the agent does not report are empty. */
export const host = z
  .object({
    id: uuid,
    host_identifier: z.string(),
    hostname: z.string(),
    platform: z.string(),
    os_name: z.string(),
    os_version: z.string(),
    osquery_version: z.string(),
    hardware_uuid: z.string(),
    hardware_serial: z.string(),
    status: hostStatus,
    enrolled_at: time,
    last_enrolled_at: time,
    last_seen_at: time,
    refreshed_at: time.nullable().meta({ description: 'When the agent last reported its vitals.' }),
    schedule_lost_at: time
      .nullable()
      .meta({ description: 'Since when the agent has reported that it has no schedule.' }),
    labels: z.array(z.object({ id: uuid, name: z.string() })),
  })
  .meta({ id: 'Host' })
export type Host = z.output<typeof host>

export const hostWithDetails = host.extend({ details: hostDetails, vitals: hostVitals })
export type HostWithDetails = z.output<typeof hostWithDetails>

const hostLinks = z.object({
  self: z.string(),
  page: z.string(),
  query: z.string(),
  results: z.string(),
  logs: z.string(),
  scheduled: z.string(),
  refresh: z.string(),
})

export const hostCounts = z.object({ online: z.number(), offline: z.number(), missing: z.number() })
export type HostCounts = z.output<typeof hostCounts>

export const hostPage = page(host).extend({
  counts: hostCounts.meta({
    description: 'Counts of the hosts that match `q`, `platform` and `label`, whatever their status.',
  }),
})
export type HostPage = z.output<typeof hostPage>

export const platformCount = z.object({ platform: z.string(), hosts: z.number() })
export type PlatformCount = z.output<typeof platformCount>

const hostNames = { host_id: uuid, host_identifier: z.string(), hostname: z.string(), platform: z.string() }
/** Data of the tenant event `host_status`: a host has gone online, offline or missing. */
export const hostStatusEvent = z.object({ ...hostNames, status: hostStatus })
export type HostStatusEvent = z.output<typeof hostStatusEvent>
/** Data of the tenant event `host_enrolled`. */
export const hostEnrolledEvent = hostStatusEvent.extend({
  reinstalled: z.boolean().meta({ description: 'The host was already known; its machine has been reinstalled.' }),
})
export type HostEnrolledEvent = z.output<typeof hostEnrolledEvent>
/** Data of the tenant event `host_deleted`. */
export const hostDeletedEvent = z.object(hostNames)
export type HostDeletedEvent = z.output<typeof hostDeletedEvent>

/** Data of `status` in the topic of a host. */
export const hostState = z.object({ host: host.pick({ id: true, status: true, hostname: true, last_seen_at: true }) })
export type HostState = z.output<typeof hostState>
/** Data of `host_refreshed` in the topic of a host: its vitals have changed. */
export const hostRefreshedEvent = z.object({ host_id: uuid, refreshed_at: time })
export type HostRefreshedEvent = z.output<typeof hostRefreshedEvent>
/** Data of `host_labels` in the topic of a host: dynamic labels it has gained or lost. */
export const hostLabelsEvent = z.object({
  host_id: uuid,
  changes: z.array(z.object({ label_id: uuid, name: z.string(), member: z.boolean() })),
})
export type HostLabelsEvent = z.output<typeof hostLabelsEvent>

const bySystem = <Value extends z.ZodType>(value: Value) => z.object({ linux: value, macos: value, windows: value })
export const system = z.enum(SYSTEMS)
export type System = z.output<typeof system>

/** How to enroll a machine, with `<secret>` in place of the enroll secret. */
export const hostSetup = z.object({
  flags: z.array(z.string()),
  command: z.string(),
  commands: bySystem(z.string()),
  flag_files: bySystem(z.object({ path: z.string(), flags: z.array(z.string()) })),
  note: z.string().nullable().meta({ description: 'Why agents cannot connect yet.' }),
})
export type HostSetup = z.output<typeof hostSetup>

export const HOST_SORT_FIELDS = [
  'hostname',
  'host_identifier',
  'platform',
  'os_name',
  'osquery_version',
  'status',
  'last_seen_at',
  'enrolled_at',
] as const
/** A field, or `-` and a field for the reverse order. */
export const hostSort = z.enum(HOST_SORT_FIELDS.flatMap(field => [field, `-${field}`] as const))
export type HostSort = z.output<typeof hostSort>

export const hostRoutes = {
  list: {
    method: 'get',
    path: '/api/hosts',
    role: 'viewer',
    summary: 'Lists hosts, with the number of hosts in each status.',
    query: z.strictObject({
      status: hostStatus.optional(),
      /** Searches names, identifiers, serial numbers and operating systems. */
      q: plainText(200).optional(),
      /** As osquery names it, or `linux` for every distribution. */
      platform: plainText(64).optional(),
      /** Name or id. */
      label: plainText(200).optional(),
      sort: hostSort.default('hostname'),
      ...paging({ defaultLimit: 100 }),
    }),
    replies: { 200: hostPage },
  },
  platforms: {
    method: 'get',
    path: '/api/hosts/platforms',
    role: 'viewer',
    summary: 'Lists platforms with their number of hosts, the most frequent first.',
    replies: { 200: z.object({ items: z.array(platformCount) }) },
  },
  setup: {
    method: 'get',
    path: '/api/hosts/enrollment',
    role: 'viewer',
    summary:
      'Returns how to enroll a machine: a command and the flags of osqueryd for each operating system, with `<secret>` in place of the secret. `flags` and `command` are those for Linux.',
    replies: { 200: hostSetup },
  },
  read: {
    method: 'get',
    path: '/api/hosts/{id}',
    role: 'viewer',
    summary: 'Returns a host with its details and vitals.',
    params: byId,
    replies: { 200: hostWithDetails.extend({ links: hostLinks }) },
  },
  refresh: {
    method: 'post',
    path: '/api/hosts/{id}/refresh',
    role: 'operator',
    summary: 'Refreshes the vitals and labels of a host as soon as its agent polls.',
    params: byId,
    query: reasonQuery,
    replies: { 202: z.object({ links: hostLinks }) },
  },
  remove: {
    method: 'delete',
    path: '/api/hosts/{id}',
    role: 'operator',
    summary: 'Removes a host; its results stay. If its agent still runs, it enrolls again.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
