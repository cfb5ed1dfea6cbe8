import type { Labels, Matcher } from '../../contract/matchers'
import { labelOf } from './labels'
import { compileMatchers, conditionOf } from './matchers'
import { patternOf } from './pattern'

interface Entry<T> {
  order: number
  matches: (labels: Labels) => boolean
  value: T
}

/** What an entry is found by: one of these values of a label, or that it has the label. */
interface Key {
  name: string
  values: readonly string[] | undefined
}

/**
 * Many sets of matchers against one label set. A set is looked at only if the alert has a label with a value that the
 * set asks for, or at least the label; those that also match without any label are looked at always.
 */
export class MatcherIndex<T> {
  private readonly byValue = new Map<string, Map<string, Entry<T>[]>>()
  private readonly byName = new Map<string, Entry<T>[]>()
  private readonly others: Entry<T>[] = []

  /** @throws MatcherError when a pattern is none */
  constructor(items: Iterable<{ matchers: readonly Matcher[]; value: T }>) {
    let order = 0
    for (const { matchers, value } of items)
      this.add(keyOf(matchers), { order: order++, matches: compileMatchers(matchers), value })
  }

  /** The values whose matchers all hold, in the order given. */
  matching(labels: Labels): T[] {
    const found = this.others.filter(entry => entry.matches(labels))
    for (const entries of this.candidates(labels))
      for (const entry of entries) if (entry.matches(labels)) found.push(entry)
    return found.sort((a, b) => a.order - b.order).map(({ value }) => value)
  }

  private *candidates(labels: Labels): Iterable<readonly Entry<T>[]> {
    for (const [name, byValue] of this.byValue) {
      const entries = byValue.get(labelOf(labels, name))
      if (entries) yield entries
    }
    for (const [name, entries] of this.byName) if (labelOf(labels, name) !== '') yield entries
  }

  private add(key: Key | undefined, entry: Entry<T>): void {
    if (!key) return void this.others.push(entry)
    if (!key.values) return void push(this.byName, key.name, entry)
    const byValue = this.byValue.get(key.name) ?? new Map<string, Entry<T>[]>()
    this.byValue.set(key.name, byValue)
    for (const value of new Set(key.values)) push(byValue, value, entry)
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key)
  if (items) items.push(item)
  else map.set(key, [item])
}

/** The most selective key: a matcher for values, or else one that the empty value does not match. */
function keyOf(matchers: readonly Matcher[]): Key | undefined {
  for (const { name, op, value } of matchers) if (op === '=' && value !== '') return { name, values: [value] }
  for (const { name, op, value } of matchers) {
    const values = op === '=~' ? patternOf(value).values : undefined
    if (values && !values.includes('')) return { name, values }
  }
  const needed = matchers.find(matcher => !conditionOf(matcher)(''))
  return needed && { name: needed.name, values: undefined }
}
