import { z } from 'zod'
import { byId, byName, page, reason, reasonQuery, time, uuid, visibleText } from './fields'
import type { Routes } from './route'
import { freeText } from './statements'

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
export const slug = z.string().regex(SLUG, 'must be 1 to 63 lower-case letters, digits and hyphens')

const monitorIds = z.array(uuid).max(500)
const group = z.strictObject({ title: visibleText(200), monitor_ids: monitorIds })

export const statusPage = z
  .object({
    id: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    /** All monitors on it, in order. */
    monitor_ids: z.array(z.string()),
    /** The same with their names. */
    monitors: z.array(z.object({ id: z.string(), name: z.string() })),
    /** Headings over some of them; the others stand below. */
    groups: z.array(group),
    published: z.boolean(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'StatusPage' })
export type StatusPage = z.output<typeof statusPage>

const fields = {
  slug,
  title: visibleText(200),
  description: freeText(2_000),
  monitor_ids: monitorIds,
  groups: z.array(group).max(50),
  published: z.boolean(),
  reason: reason.optional(),
}
const input = z.strictObject({
  ...fields,
  description: fields.description.default(''),
  monitor_ids: fields.monitor_ids.default([]),
  groups: fields.groups.default([]),
  published: fields.published.default(false),
})
export type StatusPageInput = z.output<typeof input>
const change = z.strictObject({
  slug: fields.slug.optional(),
  title: fields.title.optional(),
  description: fields.description.optional(),
  monitor_ids: fields.monitor_ids.optional(),
  groups: fields.groups.optional(),
  published: fields.published.optional(),
  reason: fields.reason,
})
export type StatusPageChange = z.output<typeof change>

/** What anybody may see of a monitor: `/status/{slug}.json`. */
const publicMonitor = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['up', 'down', 'pending', 'paused', 'maintenance']),
  /** Over 90 days, of known time. */
  uptime_percent: z.number().nullable(),
  /** The last 90 days, oldest first: percent up, null for days without data. */
  days: z.array(z.object({ date: z.string(), uptime_percent: z.number().nullable() })),
})
export const publicStatus = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  status: z.enum(['up', 'degraded', 'down', 'maintenance', 'unknown']),
  updated_at: time,
  groups: z.array(z.object({ title: z.string().nullable(), monitors: z.array(publicMonitor) })),
  /** Outages of the last 14 days, newest first. */
  incidents: z.array(
    z.object({ monitor_id: z.string(), monitor: z.string(), started_at: time, ended_at: time.nullable() }),
  ),
  /** Maintenance that goes on or is planned for the next 14 days. */
  maintenance: z.array(z.object({ name: z.string(), starts_at: time, ends_at: time, monitors: z.array(z.string()) })),
})
export type PublicStatus = z.output<typeof publicStatus>

export const statusPageRoutes = {
  list: {
    method: 'get',
    path: '/api/status-pages',
    role: 'viewer',
    summary: 'Lists status pages by title.',
    query: byName,
    replies: { 200: page(statusPage) },
  },
  create: {
    method: 'post',
    path: '/api/status-pages',
    role: 'operator',
    summary: 'Creates a status page. Once published, anybody can read it at `/status/{slug}`, without signing in.',
    body: input,
    example: { slug: 'shop', title: 'Status of the shop', monitor_ids: [], published: false },
    replies: { 201: statusPage },
  },
  read: {
    method: 'get',
    path: '/api/status-pages/{id}',
    role: 'viewer',
    summary: 'Returns a status page.',
    params: byId,
    replies: { 200: statusPage },
  },
  update: {
    method: 'patch',
    path: '/api/status-pages/{id}',
    role: 'operator',
    summary: 'Changes a status page.',
    params: byId,
    body: change,
    replies: { 200: statusPage },
  },
  delete: {
    method: 'delete',
    path: '/api/status-pages/{id}',
    role: 'operator',
    summary: 'Deletes a status page; its address stops working.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
