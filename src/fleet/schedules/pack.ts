import type { Actor } from '../../access'

/** A query of a pack in osquery's own words; what we do not know of is kept and handed on. */
export interface PackQuery {
  query: string
  /** Seconds. */
  interval: number
  snapshot?: boolean
  removed?: boolean
  platform?: string
  version?: string
  shard?: number
  denylist?: boolean
  description?: string
  [more: string]: unknown
}

/** A pack in osquery's own form (osquery, docs/wiki/deployment/configuration.md, "Packs"). */
export interface PackContent {
  queries: Record<string, PackQuery>
  discovery?: string[]
  /** Share of hosts in percent. */
  shard?: number
  /** Least version of osquery. */
  version?: string
  [more: string]: unknown
}

export interface PackRow {
  id: string
  tenant_id: string
  name: string
  description: string
  enabled: boolean
  platforms: string[]
  /** Names. */
  labels: string[]
  content: PackContent
  created_by: Actor
  created_at: Date
  updated_at: Date
}

/** Characters in the name of a pack or of a query. */
export const NAME_MAX = 200
/** osquery's bound; an agent leaves out queries beyond it (osquery/config/packs.cpp). */
export const INTERVAL_SECONDS_MAX = 604_800
/** What an agent takes when a query names none: `schedule_default_interval`. */
export const INTERVAL_SECONDS_STANDARD = 3_600

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

const toQuery = (name: string, each: PackQuery) => ({
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

/** As packs are published: with the platforms that otherwise the server looks at. */
export function exportPack({ content, platforms, description }: PackRow): Record<string, unknown> {
  return {
    ...(platforms.length > 0 && { platform: platforms.join(',') }),
    ...(description && { description }),
    ...content,
  }
}
