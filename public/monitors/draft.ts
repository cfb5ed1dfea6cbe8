import type { MonitorType } from '../../src/contract/monitor-settings'
import type { Monitor } from '../../src/contract/monitors'
import { jsonValue } from './json-value'
import { pairRows, type Row, rowOf } from './rows'
import { fieldsOf, type SettingField } from './setting-fields'
import { valueIn } from './value-in'

/** A monitor as it is entered. */
export interface Draft {
  type: MonitorType
  name: string
  /** Until somebody types a name, it follows the target. */
  isNameTyped: boolean
  target: string
  /** Numbers of every type, and settings by name. */
  texts: Readonly<Record<string, string>>
  rows: Readonly<Record<string, readonly Row[]>>
  labels: readonly Row[]
  /** Stored secrets that are to be removed. */
  removed: readonly string[]
}

/** What every type has, with what a new monitor starts with. */
export const NUMBERS = [
  { name: 'interval_seconds', label: 'Interval, in seconds', initial: '60', min: 1, max: 31_622_400 },
  { name: 'timeout_ms', label: 'Time limit, in ms', initial: '10000', min: 100, max: 120_000 },
  { name: 'retries', label: 'Retries before it counts as down', initial: '0', min: 0, max: 10 },
  { name: 'retry_interval_seconds', label: 'Seconds between retries', initial: '5', min: 1, max: 3_600 },
  { name: 'confirm_up', label: 'Successes before it is up again', initial: '1', min: 1, max: 10 },
] as const

/** Of these only the first is about heartbeats. */
export const numbersOf = (type: MonitorType) => (type === 'push' ? NUMBERS.slice(0, 1) : NUMBERS)

/** What the form starts with. */
export function draftOf(monitor: Monitor | null, type: MonitorType = monitor?.type ?? 'http'): Draft {
  const numbers = NUMBERS.map(({ name, initial }) => [name, monitor ? String(monitor[name]) : initial] as const)
  const fields = fieldsOf(type)
  const texts = fields.filter(each => each.type !== 'rows').map(field => [field.name, textOf(field, monitor)] as const)
  const rows = fields.filter(each => each.type === 'rows').map(field => [field.name, rowsOf(field, monitor)] as const)
  return {
    type,
    name: monitor?.name ?? '',
    isNameTyped: monitor !== null,
    target: monitor?.target ?? '',
    texts: Object.fromEntries([...numbers, ...texts]),
    rows: Object.fromEntries(rows),
    labels: pairRows(monitor?.labels ?? {}),
    removed: [],
  }
}

/** Another type: what has nothing to do with the old one stays. */
export const withType = (draft: Draft, type: MonitorType): Draft => {
  const fresh = draftOf(null, type)
  const numbers = NUMBERS.map(({ name }) => [name, draft.texts[name] ?? ''])
  return {
    ...draft,
    ...{ type, rows: fresh.rows, removed: [] },
    texts: { ...fresh.texts, ...Object.fromEntries(numbers) },
  }
}

/** Whether a secret is stored, which can be replaced but not read. */
export const isStored = (monitor: Monitor | null, name: string): boolean => monitor?.has_secrets.includes(name) ?? false

function textOf({ name, type, initial = '' }: SettingField, monitor: Monitor | null): string {
  if (type === 'secret') return ''
  const value = valueIn(monitor?.settings ?? {}, name)
  if (value === undefined || value === null) return initial
  if (Array.isArray(value)) return value.join(type === 'list' ? '\n' : ', ')
  return String(value)
}

function rowsOf({ name }: SettingField, monitor: Monitor | null): Row[] {
  const value = valueIn(monitor?.settings ?? {}, name)
  if (name === 'headers') {
    const prefix = 'headers.'
    const secrets = (monitor?.has_secrets ?? []).filter(each => each.startsWith(prefix))
    return [
      ...pairRows((value ?? {}) as Record<string, string>),
      ...secrets.map(each => rowOf({ name: each.slice(prefix.length), value: '' }, true)),
    ]
  }
  if (value === undefined || value === null) return []
  const rules = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[]
  return rules.map(rule => rowOf(Object.fromEntries(Object.entries(rule).map(([key, each]) => [key, jsonText(each)]))))
}

/** Text that cannot be taken for another JSON value needs no quotes. */
function jsonText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return jsonValue(value) === value ? value : JSON.stringify(value)
}

/** A name for a target: `example.org` for `https://www.example.org/`. */
export function suggestedName(type: MonitorType, target: string): string {
  const text = target.trim()
  if (type !== 'http') return text
  try {
    const { hostname, pathname } = new URL(text)
    return hostname.replace(/^www\./, '') + (pathname === '/' ? '' : pathname)
  } catch {
    return ''
  }
}

/** The name that the monitor gets. */
export const nameOf = ({ name, isNameTyped, type, target }: Draft): string =>
  isNameTyped ? name.trim() : suggestedName(type, target)
