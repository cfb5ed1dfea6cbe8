import { createHash } from 'node:crypto'
import { applyOptions, type Flags } from './flags'
import type { Host } from './host'
import type { Answer } from './remote'
import { isSince } from './version'

/** A scheduled query. */
export interface Scheduled {
  name: string
  sql: string
  intervalSeconds: number
  snapshot: boolean
  /** Whether removed rows are logged. */
  removed: boolean
}

/** A configuration as the agent interprets it. */
export interface Configuration {
  scheduled: Scheduled[]
  /** SQL whose first row is added to each line. */
  decorators: string[]
}

const INTERVAL_SECONDS_MAX = 604_800
const POSIX = ['linux', 'darwin']

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

/**
 * Applies the options and selects the queries for this host (osquery/config/packs.cpp).
 * @param holds whether a discovery query returns rows
 */
export function readConfiguration(
  answer: Answer,
  host: Host,
  flags: Flags,
  holds: (sql: string) => boolean,
): Configuration {
  applyOptions(flags, answer.options)
  const scheduled = Object.entries(fieldsOf(answer.schedule)).flatMap(([name, query]) => scheduledOf(name, query, host))
  for (const [packName, value] of Object.entries(fieldsOf(answer.packs))) {
    const pack = fieldsOf(value)
    const discovery = Array.isArray(pack.discovery) ? pack.discovery.map(String) : []
    if (!isFor(pack, host) || (discovery.length && !discovery.some(holds))) continue
    const prefix = ['pack', packName, ''].join(flags.pack_delimiter)
    for (const [name, query] of Object.entries(fieldsOf(pack.queries)))
      scheduled.push(...scheduledOf(prefix + name, query, host))
  }
  return { scheduled, decorators: decoratorsOf(fieldsOf(answer.decorators)) }
}

function scheduledOf(name: string, value: unknown, host: Host): Scheduled[] {
  const query = fieldsOf(value)
  const intervalSeconds = Number(query.interval)
  if (typeof query.query !== 'string' || !query.query || !isFor(query, host)) return []
  if (!(intervalSeconds > 0 && intervalSeconds <= INTERVAL_SECONDS_MAX)) return []
  return [
    {
      name,
      sql: query.query,
      intervalSeconds,
      snapshot: isTrue(query.snapshot),
      removed: isTrue(query.removed ?? true),
    },
  ]
}

const isTrue = (value: unknown) => /^(true|1)$/i.test(String(value))

/** Whether a pack or query applies to the host, by platform, version and shard. */
function isFor({ platform, version, shard }: Fields, host: Host): boolean {
  const platforms = String(platform ?? '')
  const names = [host.platform, host.family, ...(POSIX.includes(host.family) ? ['posix'] : []), 'any', 'all']
  if (platforms && !names.some(name => platforms.includes(name))) return false
  if (typeof version === 'string' && version && !isSince(host.osqueryVersion, version)) return false
  return shard === undefined || shardOf(host) < Number(shard)
}

/** From 0 to 99, constant for a host. */
const shardOf = (host: Host) => createHash('sha1').update(host.identifier).digest().readUInt8() % 100

function decoratorsOf({ load, always, interval }: Fields): string[] {
  const timed = Object.values(fieldsOf(interval)).flat()
  return [load, always, timed].flatMap(list => (Array.isArray(list) ? list.map(String) : []))
}
