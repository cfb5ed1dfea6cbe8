import type { FilterQuery } from '../contract/streams'
import { type Criteria, matcherOf } from './criteria'
import { storedName } from './entry'

/** Which entries a reader gets. Applied on the server. */
export interface Filter {
  /** Readers with the same key share one encoding. */
  key: string
  criteria: Criteria
  matches(record: string): boolean
}

const filterOf = (key: string, criteria: Criteria): Filter => ({ key, criteria, matches: matcherOf(criteria) })

/**
 * A filter that also leaves out kinds that its reader may not see. It has its own key, so that only readers with the
 * same permissions share an encoding.
 */
export function withoutKinds(filter: Filter, kinds: readonly string[]): Filter {
  if (!kinds.length) return filter
  return filterOf(JSON.stringify([filter.key, kinds]), { ...filter.criteria, withoutKinds: kinds })
}

const LABEL = /^label\.([A-Za-z0-9_.-]{1,100})$/

/** Query parameters of the form `label.<name>=<value>`. */
export const labelsOf = (query: Record<string, unknown>) =>
  Object.entries(query).flatMap(([name, value]) => {
    const label = LABEL.exec(name)?.[1]
    return label && typeof value === 'string' ? [[label, value] as [string, string]] : []
  })

export function createFilter(query: FilterQuery, labels: [string, string][] = []): Filter {
  const { level, attempt, q } = query
  const steps = query.step === undefined ? undefined : stepNames(query.step)
  // Lines are stored as `log` but sent as `logs`, the name that clients know.
  const kinds = query.types?.map(type => (type === 'logs' ? 'log' : type))
  const source = query.source === undefined ? undefined : storedName(query.source)
  const criteria: Criteria = { kinds, levels: level, steps, attempt, text: q, source, labels }
  return filterOf(JSON.stringify([kinds, level, steps, attempt, q, source, labels]), criteria)
}

/** A comma separates names but may also be part of one, so the whole text counts as a name as well. */
function stepNames(given: string | string[]): string[] {
  const names = [given].flat().flatMap(text => [text, ...text.split(',')])
  return [...new Set(names)].filter(Boolean).map(storedName)
}
