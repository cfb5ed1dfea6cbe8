import { INTERVAL_SECONDS_MAX } from '../../contract/packs'
import { packSkippedBecause, skippedBecause } from './agent-names'
import { AGENTS_KNOW, agentPlatforms, packPlatforms } from './agent-platforms'
import { isTooDeep, PACK_LEVELS_MAX } from './config-limits'
import type { ImportReport, Path } from './import-report'
import { defined, flagOf, isObject, numberOf, textOf, type Values } from './lenient-values'
import { INTERVAL_SECONDS_DEFAULT, NAME_MAX, type PackContent, type StoredQuery } from './pack'

export interface ImportedPack {
  name: string
  description: string
  platforms: string[]
  content: PackContent
}

/** Reads packs as people publish them, which is less strict than osquery's documentation. */
export class PackReader {
  constructor(private readonly report: ImportReport) {}

  /** @param key the name of the field with its queries */
  read(name: string, given: Values, path: Path, key = 'queries'): ImportedPack | undefined {
    const { queries, discovery, platform, description, shard, version, ...more } = given
    const at = (field: string) => [...path, field]
    const skipped = packSkippedBecause(name)
    if (skipped) this.report.fault(path, skipped)
    if (!isObject(queries)) {
      this.report.fault(at(key), 'Queries are an object, by name.')
      return undefined
    }
    const entries = Object.entries(queries).map(([query, value]) => [
      query,
      this.query(query, value, [...at(key), query]),
    ])
    const discoveryQueries = this.discovery(discovery, at('discovery'))
    const content = {
      ...more,
      ...defined({ version: textOf(version), shard: this.shard(shard, at('shard')) }),
      ...(discoveryQueries.length > 0 && { discovery: discoveryQueries }),
      queries: Object.fromEntries(entries) as PackContent['queries'],
    }
    if (isTooDeep(content))
      this.report.fault(
        path,
        `Pack "${name}" has more than ${PACK_LEVELS_MAX} levels: agents reject it with all others.`,
      )
    return {
      name,
      description: textOf(description) ?? '',
      platforms: this.platforms(platform, at('platform')),
      content,
    }
  }

  private platforms(given: unknown, path: Path): string[] {
    const { platforms, unknown } = packPlatforms([given ?? []].flat().join(','))
    for (const name of unknown) this.report.warning(path, `No host has the platform "${name}".`)
    return platforms
  }

  private query(name: string, given: unknown, path: Path): StoredQuery {
    const value = isObject(given) ? given : {}
    const { query, interval, platform, version, shard, snapshot, removed, description, denylist, blacklist, ...more } =
      value
    const at = (field: string) => [...path, field]
    const skipped = skippedBecause(name)
    if (skipped) this.report.fault(path, skipped)
    if (name === '' || name.length > NAME_MAX)
      this.report.fault(path, `The name of a query must have 1 to ${NAME_MAX} characters.`)
    if (typeof query !== 'string' || query.trim() === '')
      this.report.fault(at('query'), 'The SQL of the query is missing.')
    const seconds = interval == null ? INTERVAL_SECONDS_DEFAULT : numberOf(interval)
    if (seconds === undefined || seconds < 1 || seconds > INTERVAL_SECONDS_MAX)
      this.report.fault(at('interval'), `The interval must be 1 to ${INTERVAL_SECONDS_MAX} seconds.`)
    return {
      ...more,
      query: String(query),
      interval: Math.trunc(seconds ?? 0),
      ...defined({
        platform: this.platform(platform, at('platform')),
        version: textOf(version),
        description: textOf(description),
        shard: this.shard(shard, at('shard')),
        snapshot: this.flag(snapshot, at('snapshot')),
        removed: this.flag(removed, at('removed')),
        // Its name before osquery 4.7.
        denylist: this.flag(denylist ?? blacklist, at('denylist')),
      }),
    }
  }

  private platform(given: unknown, path: Path): string | undefined {
    const text = [given ?? []].flat().map(String).join(',')
    const { platform, unknown, meansAll } = agentPlatforms(text)
    const isNowhere = platform === undefined && !meansAll
    for (const { name, instead } of unknown) {
      const problem = `Agents do not know the platform "${name}"`
      if (instead) this.report.warning(path, `${problem} and would not run this there; it was read as "${instead}".`)
      else if (isNowhere) this.report.fault(path, `${problem} and would never run this. ${AGENTS_KNOW}`)
      else this.report.warning(path, `${problem}, so it was left out. ${AGENTS_KNOW}`)
    }
    return platform
  }

  /** An agent does not run a pack whose discovery query fails, so malformed ones must not reach it. */
  private discovery(given: unknown, path: Path): string[] {
    const list = given == null ? [] : [given].flat()
    return list.filter((sql, i): sql is string => {
      const isSql = typeof sql === 'string' && sql.trim() !== ''
      if (!isSql) this.report.warning([...path, String(i)], 'This is not a discovery query, so it was left out.')
      return isSql
    })
  }

  private shard(given: unknown, path: Path): number | undefined {
    if (given == null) return undefined
    const percent = numberOf(given)
    if (percent !== undefined && percent >= 0 && percent <= 100) return Math.trunc(percent)
    this.report.warning(path, 'A shard is 0 to 100 percent; this one was left out.')
    return undefined
  }

  private flag(given: unknown, path: Path): boolean | undefined {
    if (given == null) return undefined
    const flag = flagOf(given)
    if (flag === undefined) this.report.warning(path, 'This is neither true nor false, so it was left out.')
    return flag
  }
}
