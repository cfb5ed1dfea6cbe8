import type { Monitor } from '../../src/contract/monitors'
import { type Draft, NUMBERS, nameOf } from './draft'
import { jsonValue } from './json-value'
import { pairsIn, type Row } from './rows'
import { fieldsOf, type SettingField } from './setting-fields'
import { valueIn } from './value-in'

type Settings = Record<string, unknown>

/** The body that creates the monitor. */
export const createBody = (draft: Draft) => ({
  ...bodyOf(draft),
  type: draft.type,
  settings: settingsOf(draft),
})

/** The body that changes it. */
export const changeBody = (draft: Draft, monitor: Monitor) => ({
  ...bodyOf(draft),
  settings: changedSettingsOf(draft, monitor),
})

/** The body that tries it out. */
export const tryBody = (draft: Draft, monitor: Monitor | null) => ({
  ...(monitor && { id: monitor.id }),
  type: draft.type,
  target: draft.target.trim(),
  timeout_ms: numbersIn(draft).timeout_ms,
  settings: monitor ? changedSettingsOf(draft, monitor) : settingsOf(draft),
})

const bodyOf = (draft: Draft) => ({
  name: nameOf(draft),
  ...(draft.type !== 'push' && { target: draft.target.trim() }),
  ...numbersIn(draft),
  labels: pairsIn(draft.labels),
})

const numbersIn = ({ texts }: Draft) =>
  Object.fromEntries(NUMBERS.map(({ name, initial }) => [name, Number(texts[name] || initial)])) as Record<
    (typeof NUMBERS)[number]['name'],
    number
  >

/** What was entered; what was left empty is left out. */
export function settingsOf(draft: Draft): Settings {
  let settings: Settings = {}
  for (const field of fieldsOf(draft.type)) {
    const value = enteredIn(field, draft)
    if (value !== undefined) settings = withValue(settings, field.name.split('.'), value)
  }
  return settings
}

/** The same for a monitor that exists: null for what is to go. Secrets that were left empty stay. */
export function changedSettingsOf(draft: Draft, monitor: Monitor): Settings {
  const given = settingsOf(draft)
  const gone = [
    ...fieldsOf(draft.type)
      .filter(
        field => field.name !== 'headers' && isGone(field, draft, monitor) && valueIn(given, field.name) === undefined,
      )
      .map(({ name }) => name.split('.')),
    ...goneHeaders(draft, monitor).map(name => ['headers', name]),
  ]
  const settings = gone.reduce((all, path) => withValue(all, path, null), given)
  return isAllNull(settings.basic) ? { ...settings, basic: null } : settings
}

const isGone = ({ name, type }: SettingField, { removed }: Draft, { settings }: Monitor) =>
  type === 'secret' ? removed.includes(name) : (valueIn(settings, name) ?? null) !== null

function goneHeaders({ rows }: Draft, { settings, has_secrets }: Monitor): string[] {
  const prefix = 'headers.'
  const secrets = has_secrets.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length))
  const kept = new Set(rows.headers?.map(({ values }) => values.name?.trim()))
  return [...Object.keys((settings.headers ?? {}) as object), ...secrets].filter(name => !kept.has(name))
}

const isAllNull = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.values(value).every(each => each === null)

/** Settings with one more, which may be inside of another. */
function withValue(settings: Settings, [outer = '', inner]: readonly string[], value: unknown): Settings {
  if (inner === undefined) return { ...settings, [outer]: value }
  return { ...settings, [outer]: { ...(settings[outer] as object | undefined), [inner]: value } }
}

function enteredIn({ name, type }: SettingField, draft: Draft): unknown {
  if (type === 'rows') return rowsValue(name, draft.rows[name] ?? [])
  const text = draft.texts[name] ?? ''
  if (type === 'switch') return text === 'true'
  const given = text.trim()
  if (given === '') return undefined
  if (type === 'number') return Number(given)
  if (type === 'list') return given.split('\n').flatMap(line => line.trim() || [])
  if (type === 'statuses') return given.split(/[\s,]+/).map(each => (/^\d+$/.test(each) ? Number(each) : each))
  return type === 'area' ? text : given
}

function rowsValue(name: string, rows: readonly Row[]): unknown {
  if (name === 'headers') {
    const pairs = pairsIn(rows.filter(({ isStored, values }) => !isStored || values.value))
    return Object.keys(pairs).length === 0 ? undefined : pairs
  }
  const rules = name === 'json' ? rows.flatMap(jsonRule) : rows.flatMap(headerRule)
  return rules.length === 0 ? undefined : rules
}

function headerRule({ values: { name = '', matches = '' } }: Row) {
  return name.trim() === '' ? [] : [{ name: name.trim(), matches }]
}

function jsonRule({ values: { path = '', op = '==', value = '' } }: Row) {
  if (path.trim() === '') return []
  return [{ path: path.trim(), op, ...(op !== 'exists' && { value: jsonValue(value) }) }]
}
