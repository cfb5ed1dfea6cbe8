import { actorSchema, type Endpoint, endpoint, ok, pageOf, reason, reasonQuery, visibleText } from '../../access'
import { notFound } from '../../base/errors'
import { uuid, z } from '../../base/parse'
import { namedPage, namedQuery } from '../named-page'
import { exportPack, toPack } from './pack'
import { PackChanges, type PackDeps } from './pack-changes'
import { packChange, packInput } from './pack-input'
import { findPack, listPacks } from './pack-store'

/** More than an agent takes of a configuration: what is too large is told with its name, and comments do not count. */
const BODY_BYTES_MAX = 16 * 1024 * 1024

const params = z.strictObject({ id: uuid })
const problem = z.object({ path: z.string(), message: z.string() })
const packSchema = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    platforms: z.array(z.string()),
    labels: z.array(z.string()),
    queries: z.array(
      z.object({
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
      }),
    ),
    discovery: z.array(z.string()),
    shard: z.number().nullable(),
    version: z.string().nullable(),
    created_by: actorSchema,
    created_at: z.date(),
    updated_at: z.date(),
  })
  .meta({ id: 'Pack' })
const importedSchema = packSchema.extend({
  imported: z.array(z.object({ id: uuid, name: z.string(), replaced: z.boolean() })),
  warnings: z.array(problem),
})

export function packRoutes(deps: PackDeps): Endpoint[] {
  const changes = new PackChanges(deps)
  return [...readRoutes(deps), ...changeRoutes(changes), importRoute(changes)]
}

const readRoutes = ({ db }: PackDeps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/packs',
    role: 'viewer',
    summary: 'Packs: queries that hosts run by schedule, by name.',
    query: namedQuery,
    replies: { 200: pageOf(packSchema) },
    async handle({ principal: { tenantId }, query }) {
      const { items, next_cursor } = await namedPage(query, place => listPacks(db, tenantId, place))
      return ok({ items: items.map(toPack), next_cursor })
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/packs/{id}',
    role: 'viewer',
    summary: 'A pack.',
    params,
    replies: { 200: packSchema },
    async handle({ principal: { tenantId }, params: { id } }) {
      const found = await findPack(db, tenantId, id)
      if (!found) throw notFound('pack')
      return ok(toPack(found))
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/packs/{id}/export',
    role: 'viewer',
    summary: "A pack in osquery's own form, as packs are published.",
    params,
    replies: { 200: z.record(z.string(), z.unknown()) },
    async handle({ principal: { tenantId }, params: { id } }) {
      const found = await findPack(db, tenantId, id)
      if (!found) throw notFound('pack')
      const file = `${found.name.replaceAll(/[^\w.-]/g, '-')}.json`
      return ok(exportPack(found), { 'Content-Disposition': `attachment; filename="${file}"` })
    },
  }),
]

const changeRoutes = (changes: PackChanges): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/api/packs',
    role: 'operator',
    summary: 'Makes a pack; refused when a host would be served more than its agent takes (4 MiB in all).',
    body: packInput,
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 201: packSchema },
    async handle({ principal, body }) {
      return { status: 201, body: toPack(await changes.create(principal, body)) }
    },
  }),
  endpoint({
    method: 'patch',
    path: '/api/packs/{id}',
    role: 'operator',
    summary: 'Changes what is named of a pack; `queries` replaces all of them.',
    params,
    body: packChange,
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: packSchema },
    async handle({ principal, params: { id }, body }) {
      return ok(toPack(await changes.update(principal, id, body)))
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/packs/{id}',
    role: 'operator',
    summary: 'Removes a pack; what hosts have logged of it stays.',
    params,
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      await changes.remove(principal, id, reason)
      return { status: 204 }
    },
  }),
]

const importRoute = (changes: PackChanges): Endpoint =>
  endpoint({
    method: 'post',
    path: '/api/packs/import',
    role: 'operator',
    summary:
      "Takes a pack as published, or an osquery configuration with packs or a schedule, comments and all. A pack whose name is taken replaces that one. Answers the first pack; all of them are in 'imported', and what was left out or read otherwise is in 'warnings'.",
    body: z.strictObject({ name: visibleText(200), content: z.string().min(1), reason: reason.optional() }),
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: importedSchema, 201: importedSchema },
    async handle({ principal, body: { name, content, reason } }) {
      const { stored, warnings } = await changes.import(principal, name, content, reason)
      const [first] = stored
      const imported = stored.map(({ id, name, replaced }) => ({ id, name, replaced }))
      const status = imported.every(({ replaced }) => replaced) ? 200 : 201
      return { status, body: { ...(first && toPack(first)), imported, warnings } }
    },
  })
