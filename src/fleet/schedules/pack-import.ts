import type { Fault } from '../../base/errors'
import { INTERVAL_SECONDS_MAX, INTERVAL_SECONDS_STANDARD, type PackContent, type PackQuery } from './pack'
import { type RelaxedJson, readRelaxedJson } from './relaxed-json'

export interface ImportedPack {
  name: string
  description: string
  platforms: string[]
  content: PackContent
}

export interface Import {
  packs: ImportedPack[]
  /** Nothing is imported when there is one. */
  faults: Fault[]
  /** What was left out. */
  warnings: Fault[]
}

type Path = string[]
type Values = Record<string, unknown>

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads a pack as published, or a configuration with packs or a schedule.
 * @param name of a pack that does not carry its own: a file of one pack, a schedule
 */
export function importPacks(name: string, text: string): Import {
  const json = readRelaxedJson(text)
  if ('message' in json)
    return {
      packs: [],
      faults: [{ path: 'body.content', message: `Line ${json.line}: ${json.message}` }],
      warnings: [],
    }
  const importer = new Importer(json)
  importer.read(name)
  return importer.result
}

class Importer {
  readonly result: Import = { packs: [], faults: [], warnings: [] }

  constructor(private readonly json: RelaxedJson) {}

  read(name: string) {
    const { value } = this.json
    if (!isObject(value)) return this.fault([], 'A pack is an object with "queries".')
    if ('queries' in value) this.pack(name, value, [])
    if (isObject(value.schedule)) this.pack(name, { queries: value.schedule }, [], 'schedule')
    if (isObject(value.packs)) this.several(value.packs, ['packs'])
    if (this.isEmpty && Object.values(value).some(isPack)) this.several(value, [])
    if (this.isEmpty) this.fault([], 'There is no pack in it: neither "queries" nor "packs" nor "schedule".')
  }

  private get isEmpty() {
    return this.result.packs.length === 0 && this.result.faults.length === 0
  }

  private several(packs: Values, path: Path) {
    for (const [name, pack] of Object.entries(packs)) {
      if (isPack(pack)) this.pack(name, pack, [...path, name])
      else this.warning([...path, name], 'This pack is not in this file, so it was left out.')
    }
  }

  /** @param key under which its queries stand */
  private pack(name: string, given: Values, path: Path, key = 'queries') {
    const { queries, discovery, platform, description, shard, version, ...more } = given
    const at = (field: string) => [...path, field]
    if (!isObject(queries)) return this.fault(at(key), 'Queries are an object, by name.')
    const entries = Object.entries(queries).map(([query, value]) => [query, this.query(value, [...at(key), query])])
    const found = this.discovery(discovery, at('discovery'))
    const content = {
      ...more,
      ...present({ version: textOf(version), shard: this.shard(shard, at('shard')) }),
      ...(found.length > 0 && { discovery: found }),
      queries: Object.fromEntries(entries) as PackContent['queries'],
    }
    const platforms = platformsOf(platform)
    this.result.packs.push({ name, description: textOf(description) ?? '', platforms, content })
  }

  private query(given: unknown, path: Path): PackQuery {
    const value = isObject(given) ? given : {}
    const { query, interval, platform, version, shard, snapshot, removed, description, denylist, blacklist, ...more } =
      value
    const at = (field: string) => [...path, field]
    if (typeof query !== 'string' || query.trim() === '') this.fault(at('query'), 'The SQL of the query is missing.')
    const seconds = interval == null ? INTERVAL_SECONDS_STANDARD : numberOf(interval)
    if (seconds === undefined || seconds < 1 || seconds > INTERVAL_SECONDS_MAX)
      this.fault(at('interval'), `The interval must be 1 to ${INTERVAL_SECONDS_MAX} seconds.`)
    return {
      ...more,
      query: String(query),
      interval: Math.trunc(seconds ?? 0),
      ...present({
        platform: platform === 'null' ? undefined : textOf(platform),
        version: textOf(version),
        description: textOf(description),
        shard: this.shard(shard, at('shard')),
        snapshot: this.truth(snapshot, at('snapshot')),
        removed: this.truth(removed, at('removed')),
        // as it was called before osquery 4.7
        denylist: this.truth(denylist ?? blacklist, at('denylist')),
      }),
    }
  }

  /** An agent does not run a pack of which a discovery query fails, so malformed ones must not reach it. */
  private discovery(given: unknown, path: Path): string[] {
    const list = given == null ? [] : [given].flat()
    return list.filter((sql, i): sql is string => {
      const isSql = typeof sql === 'string' && sql.trim() !== ''
      if (!isSql) this.warning([...path, String(i)], 'This is not a discovery query, so it was left out.')
      return isSql
    })
  }

  private shard(given: unknown, path: Path): number | undefined {
    if (given == null) return undefined
    const percent = numberOf(given)
    if (percent !== undefined && percent >= 0 && percent <= 100) return Math.trunc(percent)
    this.warning(path, 'A shard is 0 to 100 percent; this one was left out.')
    return undefined
  }

  private truth(given: unknown, path: Path): boolean | undefined {
    if (given == null) return undefined
    const text = String(given).toLowerCase()
    if (['true', '1', 't', 'y', 'yes'].includes(text)) return true
    if (['false', '0', 'f', 'n', 'no'].includes(text)) return false
    this.warning(path, 'This is neither true nor false, so it was left out.')
    return undefined
  }

  private fault(path: Path, message: string) {
    this.result.faults.push(this.problem(path, message))
  }

  private warning(path: Path, message: string) {
    this.result.warnings.push(this.problem(path, message))
  }

  private problem(path: Path, message: string): Fault {
    const place = path.map(part => (/^\d+$/.test(part) ? Number(part) : part))
    return { path: ['body', 'content', ...path].join('.'), message: `Line ${this.json.lineOf(place)}: ${message}` }
  }
}

const isPack = (value: unknown): value is Values => isObject(value) && isObject(value.queries)

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

/** Published packs write numbers as texts. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const present = <T extends Values>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** To an agent these two mean any Linux (`checkPlatform` in osquery/config/packs.cpp). */
const MEANS_LINUX = ['ubuntu', 'centos']
const MEANS_ALL = ['', 'any', 'all', 'null']

function platformsOf(given: unknown): string[] {
  const names = [given ?? []].flat().flatMap(each => String(each).toLowerCase().split(','))
  const platforms = names.map(name => name.trim()).map(name => (MEANS_LINUX.includes(name) ? 'linux' : name))
  return platforms.some(name => MEANS_ALL.includes(name)) ? [] : [...new Set(platforms)]
}
