import { formatBytes } from '../../../text/numbers'
import { formatDuration } from '../../../text/times'

/** A field of a line's data, formatted for display. */
export interface Fact {
  name: string
  text: string
}

/** Fields that the message of a logged request already contains. */
const IN_MESSAGE = new Set(['method', 'route', 'status'])
const WORDS: Record<string, string> = {
  request_id: 'request',
  tenant_id: 'tenant',
  job_id: 'job',
  actor_id: 'by',
}

/** All fields of a line's data: `duration_ms: 3.2` becomes duration, 3.2 ms. Anything but an object becomes one field. */
export function factsOf(data: unknown): Fact[] {
  if (data === undefined || data === null) return []
  if (typeof data !== 'object' || Array.isArray(data)) return [{ name: 'data', text: textOf(data) }]
  return Object.entries(data).map(([name, value]) => factOf(name, value))
}

/** The fields short enough to show after the message; the line's details have them all. */
export const briefFacts = (data: unknown): Fact[] => {
  if (typeof data !== 'object' || data === null) return []
  const entries = Object.entries(data).filter(([name, value]) => !IN_MESSAGE.has(name) && typeof value !== 'object')
  return entries.map(([name, value]) => factOf(name, value)).filter(({ text }) => text.length <= BRIEF_CHARS)
}

const BRIEF_CHARS = 80

function factOf(name: string, value: unknown): Fact {
  if (typeof value === 'number' && name.endsWith('_ms')) return { name: name.slice(0, -3), text: duration(value) }
  if (typeof value === 'number' && name === 'bytes') return { name: 'sent', text: formatBytes(value) }
  return { name: WORDS[name] ?? name.replaceAll('_', ' '), text: textOf(value) }
}

/** Keeps fractions of milliseconds, which `formatDuration` drops. */
const duration = (ms: number) => (ms < 1_000 ? `${ms} ms` : formatDuration(ms))
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))
