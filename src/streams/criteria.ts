import type { Level } from '../base/log'
import { decodeEvent, decodeLine, isLine, kindOf } from './record'

/** Which entries of a topic to select. Level, step, attempt and text apply to log lines only. */
export interface Criteria {
  kinds?: readonly string[] | undefined
  withoutKinds?: readonly string[] | undefined
  levels?: readonly Level[] | undefined
  steps?: readonly string[] | undefined
  attempt?: number | undefined
  /** Contained in the message, ignoring case. */
  text?: string | undefined
  source?: string | undefined
  /** Of tenant events. */
  labels?: readonly [name: string, value: string][] | undefined
}

const always = () => true

/** A test of records. Decodes them only as far as the criteria need. */
export function matcherOf(criteria: Criteria): (record: string) => boolean {
  const { kinds, withoutKinds = [], levels, steps, attempt, text, source, labels = [] } = criteria
  const testsEvents = source !== undefined || labels.length > 0
  const testsLines = levels || steps || attempt !== undefined || text !== undefined || testsEvents
  if (!kinds && !withoutKinds.length && !testsLines) return always
  const testLine = testsLines ? lineTest(criteria) : always
  const testEvent = testsEvents ? eventTest(criteria) : always
  return record => {
    const kind = kindOf(record)
    if ((kinds && !kinds.includes(kind)) || withoutKinds.includes(kind)) return false
    return isLine(record) ? testLine(record) : testEvent(record)
  }
}

function lineTest({ levels, steps, attempt, text, source, labels = [] }: Criteria): (record: string) => boolean {
  const wanted = text?.toLowerCase()
  return record => {
    const line = decodeLine(record)
    if (levels && !levels.includes(line.level)) return false
    if (steps && !(line.step !== null && steps.includes(line.step))) return false
    if (attempt !== undefined && line.attempt !== attempt) return false
    if (source !== undefined && line.source !== source) return false
    if (wanted !== undefined && !line.message.toLowerCase().includes(wanted)) return false
    return hasLabels(line.data, labels)
  }
}

function eventTest({ source, labels = [] }: Criteria): (record: string) => boolean {
  const wanted = source === undefined ? undefined : JSON.stringify(source)
  return record => {
    const event = decodeEvent(record)
    if (wanted !== undefined && event.source !== wanted) return false
    return !labels.length || hasLabels(JSON.parse(event.data ?? 'null'), labels)
  }
}

function hasLabels(data: unknown, labels: readonly [string, string][]): boolean {
  const has = (data as { labels?: Record<string, unknown> | null } | null | undefined)?.labels
  return labels.every(([name, value]) => has?.[name] !== undefined && String(has[name]) === value)
}
