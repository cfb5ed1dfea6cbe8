import { z } from '../../base/parse'
import { actor } from '../../contract/access'
import type { PackQuery } from '../../contract/packs'

/** A query of a pack in osquery's own format; unknown fields are kept and sent to agents. */
const storedQuery = z.looseObject({
  query: z.string(),
  /** Seconds. */
  interval: z.number(),
  snapshot: z.boolean().optional(),
  removed: z.boolean().optional(),
  platform: z.string().optional(),
  version: z.string().optional(),
  shard: z.number().optional(),
  denylist: z.boolean().optional(),
  description: z.string().optional(),
})
export type StoredQuery = z.output<typeof storedQuery>

/** A pack in osquery's own format (osquery, docs/wiki/deployment/configuration.md, "Packs"). */
export const packContent = z.looseObject({
  queries: z.record(z.string(), storedQuery),
  discovery: z.array(z.string()).optional(),
  /** Share of hosts in percent. */
  shard: z.number().optional(),
  /** Minimum version of osquery. */
  version: z.string().optional(),
})
export type PackContent = z.output<typeof packContent>

export const packRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  platforms: z.array(z.string()),
  /** Names of labels. */
  labels: z.array(z.string()),
  content: packContent,
  created_by: actor,
  created_at: z.date(),
  updated_at: z.date(),
})
export type PackRow = z.output<typeof packRow>

/** Max characters in the name of a pack or of a query. */
export const NAME_MAX = 200
/** The interval of queries without one: osquery's `schedule_default_interval`. */
export const INTERVAL_SECONDS_DEFAULT = 3_600

/** A pack as the API shows it. */
export function toPack({ tenant_id: _, content, ...row }: PackRow) {
  return {
    ...row,
    queries: Object.entries(content.queries).map(([name, each]) => toQuery(name, each)),
    discovery: content.discovery ?? [],
    shard: content.shard ?? null,
    version: content.version ?? null,
  }
}

const toQuery = (name: string, each: StoredQuery): PackQuery => ({
  name,
  sql: each.query,
  interval_seconds: each.interval,
  snapshot: each.snapshot ?? false,
  removed: each.removed ?? true,
  platform: each.platform ?? null,
  version: each.version ?? null,
  shard: each.shard ?? null,
  denylist: each.denylist ?? true,
  description: each.description ?? null,
})

/** A pack in the published format, which includes the platforms by which the server otherwise selects hosts. */
export function exportPack({ content, platforms, description }: PackRow): Record<string, unknown> {
  return {
    ...(platforms.length > 0 && { platform: platforms.join(',') }),
    ...(description && { description }),
    ...content,
  }
}
