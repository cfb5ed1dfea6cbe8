/** How an agent names what it keeps in the part of its database where the results of queries are, too. */
const PREFIXES = ['query.', 'cache.', 'config_views.']
const SUFFIXES = ['epoch', 'counter']

/**
 * Why agents would not run a pack or query of this name: since osquery 5.19 they skip some without a word, and take a
 * pack called `*` for several packs (`Config::addPack` in osquery/config/config.cpp).
 * @returns nothing when they run it
 */
export function skippedBecause(name: string): string | undefined {
  const prefix = PREFIXES.find(each => name.startsWith(each))
  if (prefix) return `Agents skip what has a name that begins with "${prefix}": choose another name.`
  const suffix = SUFFIXES.find(each => name.endsWith(each))
  if (suffix) return `Agents skip what has a name that ends with "${suffix}": choose another name.`
  return undefined
}

/** The same of a pack. */
export const packSkippedBecause = (name: string) =>
  name === '*' ? 'Agents take a pack called "*" for a list of packs: choose another name.' : skippedBecause(name)
