import { z } from 'zod'
import { actor } from './access'
import { byId, byName, page, plainText, reason, reasonQuery, time, visibleText } from './fields'
import type { Routes } from './route'
import { freeText, platformList, sqlText } from './statements'

/** More than the largest configuration an agent accepts, because comments do not count and the error should name what is too large. */
const BODY_BYTES_MAX = 16 * 1024 * 1024
/** osquery's limit; an agent drops queries beyond it (osquery/config/packs.cpp). */
export const INTERVAL_SECONDS_MAX = 604_800

/** A query of a pack and how it runs. */
export const packQuery = z.object({
  name: z.string(),
  sql: z.string(),
  interval_seconds: z.number(),
  snapshot: z.boolean(),
  removed: z.boolean(),
  platform: z.string().nullable(),
  version: z.string().nullable(),
  shard: z.number().nullable(),
  denylist: z.boolean(),
  description: z.string().nullable(),
})
export type PackQuery = z.output<typeof packQuery>

/** Queries that hosts run on a schedule. */
export const pack = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    platforms: z.array(z.string()),
    /** Names of labels; none means all hosts. */
    labels: z.array(z.string()),
    queries: z.array(packQuery),
    discovery: z.array(z.string()),
    /** Percentage of hosts it runs on. */
    shard: z.number().nullable(),
    version: z.string().nullable(),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Pack' })
export type Pack = z.output<typeof pack>

/** Something an import skipped or interpreted differently: its path in the request, and why. */
const warning = z.object({ path: z.string(), message: z.string() })

/** The first imported pack, if any, and a list of all. */
export const packImport = pack
  .extend({ replaced: z.boolean() })
  .partial()
  .extend({
    imported: z.array(z.object({ id: z.string(), name: z.string(), replaced: z.boolean() })),
    warnings: z.array(warning),
  })
export type PackImport = z.output<typeof packImport>

const percent = z.number().int().min(0).max(100)

export const packQueryInput = z.strictObject({
  name: visibleText(200),
  sql: sqlText,
  interval_seconds: z.number().int().min(1).max(INTERVAL_SECONDS_MAX),
  snapshot: z.boolean().nullish(),
  removed: z.boolean().nullish(),
  platform: plainText(200).nullish(),
  version: plainText(50).nullish(),
  shard: percent.nullish(),
  denylist: z.boolean().nullish(),
  description: freeText(10_000).nullish(),
})
export type PackQueryInput = z.output<typeof packQueryInput>

const queries = z
  .array(packQueryInput)
  .max(1_000)
  .refine(list => new Set(list.map(({ name }) => name)).size === list.length, 'Two queries have the same name.')

const fields = {
  description: freeText(10_000).optional(),
  enabled: z.boolean().optional(),
  platforms: platformList.optional(),
  labels: z.array(plainText(200)).max(50).optional(),
  discovery: z.array(sqlText).max(20).optional(),
  shard: percent.nullish(),
  version: plainText(50).nullish(),
  reason: reason.optional(),
}

export const packInput = z.strictObject({ ...fields, name: visibleText(200), queries: queries.default([]) })
export type PackInput = z.output<typeof packInput>
/** Omitted fields stay unchanged; null removes a field. */
export const packChange = z.strictObject({
  ...fields,
  name: visibleText(200).optional(),
  queries: queries.optional(),
})
export type PackChange = z.output<typeof packChange>

/** The packs of a host and their size. */
export const hostConfiguration = z.object({
  packs: z.array(z.object({ name: z.string(), bytes: z.number() })),
  bytes: z.number(),
  bytes_max: z.number(),
  too_large: z.boolean(),
})
export type HostConfiguration = z.output<typeof hostConfiguration>

export const packRoutes = {
  list: {
    method: 'get',
    path: '/api/packs',
    role: 'viewer',
    summary: 'Lists packs, which are queries that hosts run on a schedule, by name.',
    query: byName,
    replies: { 200: page(pack) },
  },
  create: {
    method: 'post',
    path: '/api/packs',
    role: 'operator',
    summary:
      'Creates a pack. Refused if the configuration of a host would exceed the limit of its agent (4 MiB in total).',
    body: packInput,
    example: {
      name: 'Baseline',
      queries: [{ name: 'users', sql: 'select username from users', interval_seconds: 3_600 }],
    },
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 201: pack },
  },
  import: {
    method: 'post',
    path: '/api/packs/import',
    role: 'operator',
    summary:
      "Imports a published pack, or an osquery configuration with packs or a schedule; comments are allowed. Replaces packs of the same name. Replies with the first pack; 'imported' lists all of them, and 'warnings' what was skipped or interpreted differently.",
    body: z.strictObject({ name: visibleText(200), content: z.string().min(1), reason: reason.optional() }),
    example: {
      name: 'Baseline',
      content: '{"queries":{"users":{"query":"select username from users","interval":3600}}}',
    },
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: packImport, 201: packImport },
  },
  read: {
    method: 'get',
    path: '/api/packs/{id}',
    role: 'viewer',
    summary: 'Returns a pack.',
    params: byId,
    replies: { 200: pack },
  },
  export: {
    method: 'get',
    path: '/api/packs/{id}/export',
    role: 'viewer',
    summary: "Exports a pack in osquery's own format, in which packs are published.",
    params: byId,
    replies: { 200: z.record(z.string(), z.unknown()) },
  },
  update: {
    method: 'patch',
    path: '/api/packs/{id}',
    role: 'operator',
    summary: 'Changes a pack; omitted fields stay unchanged, and `queries` replaces all queries.',
    params: byId,
    body: packChange,
    example: { name: 'Baseline' },
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: pack },
  },
  delete: {
    method: 'delete',
    path: '/api/packs/{id}',
    role: 'operator',
    summary: 'Deletes a pack; results that hosts have already logged stay.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
  hostConfiguration: {
    method: 'get',
    path: '/api/hosts/{id}/configuration',
    role: 'viewer',
    summary:
      'Returns which packs a host gets and the size of its configuration. A configuration that is `too_large` is not sent: the agent keeps its current one.',
    params: byId,
    replies: { 200: hostConfiguration },
  },
} as const satisfies Routes
