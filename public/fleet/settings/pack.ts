/** One query of a pack, and how it is run. */
export interface PackQuery {
  name: string
  sql: string
  interval_seconds: number
  snapshot: boolean
  removed: boolean
  platform: string | null
  version: string | null
  shard: number | null
  description: string | null
}

/** Queries that hosts run by themselves, again and again. */
export interface Pack {
  id: string
  name: string
  description: string
  enabled: boolean
  platforms: string[]
  /** Names of labels; none means all hosts. */
  labels: string[]
  queries: PackQuery[]
  discovery: string[]
  shard: number | null
  created_at: string
  updated_at: string
}

/** Which hosts have it, in words. */
export function hostsOfPack({ platforms, labels, shard }: Pick<Pack, 'platforms' | 'labels' | 'shard'>): string {
  const parts = [
    platforms.length > 0 ? platforms.join(', ') : 'all platforms',
    labels.length > 0 && `with the label ${labels.join(' or ')}`,
    shard !== null && shard < 100 && `${shard}% of them`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** A name for a pack from that of its file: `it-compliance.conf` -> `it-compliance`. */
export const packNameOf = (file: string) => file.replace(/\.(conf|json|txt)$/i, '')
