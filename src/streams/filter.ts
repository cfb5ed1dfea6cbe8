import { LEVELS } from '../base/log'
import { z } from '../base/parse'
import type { Entry } from './entry'
import type { Wanted } from './history'
import { storedName } from './prepare'

const list = z
  .string()
  .max(2_000)
  .transform(text => text.split(',').filter(Boolean))

const STEPS_MAX = 100
const name = z.string().max(2_000)
/** One name, or several with commas between; may be repeated. A comma may be part of a name, so the whole counts as one, too. */
const steps = z
  .union([name, z.array(name).max(STEPS_MAX)])
  .transform(given => [...new Set([given].flat().flatMap(text => [text, ...text.split(',')]))])
  .transform(names => names.filter(Boolean).map(storedName))

/** The query parameters by which a reader narrows a stream. */
export const filterQuery = {
  level: list.pipe(z.array(z.enum(LEVELS as ['debug', 'info', 'warn', 'error']))).optional(),
  step: steps.optional(),
  attempt: z.coerce.number().int().min(1).max(32_767).optional(),
  q: z.string().min(1).max(500).optional(),
  // Lines are kept as `log` and sent as `logs`; readers know the latter.
  types: list.transform(kinds => kinds.map(kind => (kind === 'logs' ? 'log' : kind))).optional(),
  source: z.string().max(200).transform(storedName).optional(),
}

const filterSchema = z.object(filterQuery)
export type FilterQuery = z.output<typeof filterSchema>

/** Which entries a reader wants; all of it is applied on the server. */
export interface Filter {
  /** Readers with the same key share one encoding. */
  key: string
  wanted: Wanted
  labels: [string, string][]
  matches(entry: Entry): boolean
}

/**
 * A filter that leaves kinds out as well, because its reader may not see them. It is a value of its own: readers who may
 * see as much share one encoding.
 */
export function withoutKinds(filter: Filter, kinds: readonly string[]): Filter {
  if (!kinds.length) return filter
  return {
    ...filter,
    key: JSON.stringify([filter.key, kinds]),
    wanted: { ...filter.wanted, withoutKinds: kinds },
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
  const { level, step, attempt, q, types, source } = query
  const wanted: Wanted = { kinds: types, levels: level, steps: step, attempt, text: q, source }
  const lowerText = q?.toLowerCase()
  return {
    key: JSON.stringify([types, level, step, attempt, q, source, labels]),
    wanted,
    labels,
    matches(entry) {
      if (types && !types.includes(entry.kind)) return false
      if (source !== undefined && entry.source !== source) return false
      if (labels.length && !hasLabels(entry, labels)) return false
      return entry.kind !== 'log' || matchesLine(entry, wanted, lowerText)
    },
  }
}

function matchesLine(entry: Entry, { levels, steps, attempt }: Wanted, lowerText: string | undefined): boolean {
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

/** The text behind JSON's escapes; most lines have none. */
const textOf = (message: string): string => (message.includes('\\') ? JSON.parse(`"${message}"`) : message)

function hasLabels(entry: Entry, labels: [string, string][]): boolean {
  const data = JSON.parse(entry.data ?? 'null') as { labels?: Record<string, unknown> | null } | null
  const has = data?.labels
  return labels.every(([name, value]) => has?.[name] !== undefined && String(has[name]) === value)
}
