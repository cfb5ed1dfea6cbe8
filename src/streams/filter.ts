import type { FilterQuery } from '../contract/streams'
import type { Entry } from './entry'
import { storedName } from './entry'
import type { Criteria } from './history'

/** Which entries a reader gets. Applied on the server. */
export interface Filter {
  /** Readers with the same key share one encoding. */
  key: string
  criteria: Criteria
  labels: [string, string][]
  matches(entry: Entry): boolean
}

/**
 * A filter that also leaves out kinds that its reader may not see. It has its own key, so that only readers with the
 * same permissions share an encoding.
 */
export function withoutKinds(filter: Filter, kinds: readonly string[]): Filter {
  if (!kinds.length) return filter
  return {
    ...filter,
    key: JSON.stringify([filter.key, kinds]),
    criteria: { ...filter.criteria, withoutKinds: kinds },
    matches: entry => !kinds.includes(entry.kind) && filter.matches(entry),
  }
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
  const criteria: Criteria = { kinds, levels: level, steps, attempt, text: q, source }
  const lowerText = q?.toLowerCase()
  return {
    key: JSON.stringify([kinds, level, steps, attempt, q, source, labels]),
    criteria,
    labels,
    matches(entry) {
      if (kinds && !kinds.includes(entry.kind)) return false
      if (source !== undefined && entry.source !== source) return false
      if (labels.length && !hasLabels(entry, labels)) return false
      return entry.kind !== 'log' || matchesLine(entry, criteria, lowerText)
    },
  }
}

/** A comma separates names but may also be part of one, so the whole text counts as a name as well. */
function stepNames(given: string | string[]): string[] {
  const names = [given].flat().flatMap(text => [text, ...text.split(',')])
  return [...new Set(names)].filter(Boolean).map(storedName)
}

function matchesLine(entry: Entry, { levels, steps, attempt }: Criteria, lowerText: string | undefined): boolean {
  if (levels && !(entry.level && levels.includes(entry.level))) return false
  if (steps && !(entry.step && steps.includes(entry.step))) return false
  if (attempt !== undefined && entry.attempt !== attempt) return false
  return (
    lowerText === undefined ||
    textOf(entry.message ?? '')
      .toLowerCase()
      .includes(lowerText)
  )
}

/** Decodes JSON escapes; most lines have none. */
const textOf = (message: string): string => (message.includes('\\') ? JSON.parse(`"${message}"`) : message)

function hasLabels(entry: Entry, labels: [string, string][]): boolean {
  const data = JSON.parse(entry.data ?? 'null') as { labels?: Record<string, unknown> | null } | null
  const has = data?.labels
  return labels.every(([name, value]) => has?.[name] !== undefined && String(has[name]) === value)
}
