/** Prefixes that agents use for other data in the part of their database that holds query results. */
const PREFIXES = ['query.', 'cache.', 'config_views.']
const SUFFIXES = ['epoch', 'counter']

/**
 * Why agents would not run a pack or query with this name. Since osquery 5.19 they silently skip some names, and
 * treat a pack called `*` as several packs (`Config::addPack` in osquery/config/config.cpp).
 * @returns undefined if they run it
 */
export function skippedBecause(name: string): string | undefined {
  const prefix = PREFIXES.find(each => name.startsWith(each))
  if (prefix) return `Agents skip names that begin with "${prefix}": choose another name.`
  const suffix = SUFFIXES.find(each => name.endsWith(each))
  if (suffix) return `Agents skip names that end with "${suffix}": choose another name.`
  return undefined
}

/** Like `skippedBecause`, for a pack. */
export const packSkippedBecause = (name: string) =>
  name === '*' ? 'Agents treat a pack called "*" as a list of packs: choose another name.' : skippedBecause(name)
