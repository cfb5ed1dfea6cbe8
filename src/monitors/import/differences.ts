import { isDeepStrictEqual } from 'node:util'
import type { MonitorType } from '../../contract/monitor-settings'
import type { MonitorInput } from '../../contract/monitors'

type Settings = Readonly<Record<string, unknown>>

/** What is known of a monitor that exists. */
export interface Known extends Pick<MonitorInput, (typeof FIELDS)[number]> {
  type: MonitorType
  target: string | null
  /** Without secrets. */
  settings: Settings
  /** By name: `bearer`, `basic.password`, `headers.authorization`. */
  secrets: Readonly<Record<string, string>>
  enabled: boolean
}

const FIELDS = ['interval_seconds', 'timeout_ms', 'retries', 'retry_interval_seconds', 'confirm_up', 'labels'] as const

/**
 * Fields of a monitor that are not as wanted: `target`, `settings.keyword`. Secrets that are not given stay as they are.
 * @param isEnabledGiven otherwise, a monitor that is paused stays so
 */
export function changedFields(before: Known, wanted: MonitorInput, isEnabledGiven: boolean): string[] {
  const settings = changedSettings(before, wanted.settings).map(name => `settings.${name}`)
  return [
    ...((before.target ?? null) === (wanted.target ?? null) ? [] : ['target']),
    ...FIELDS.filter(name => !isDeepStrictEqual(before[name], wanted[name])),
    ...settings,
    ...(isEnabledGiven && before.enabled !== wanted.enabled ? ['enabled'] : []),
  ]
}

function changedSettings({ settings, secrets }: Known, wanted: Settings): string[] {
  const full = withSecrets(settings, secrets, wanted)
  const names = new Set([...Object.keys(full), ...Object.keys(wanted)])
  return [...names].filter(name => !isDeepStrictEqual(full[name], wanted[name])).sort()
}

/** Settings with those secrets that are wanted: only they can differ. */
function withSecrets(settings: Settings, secrets: Known['secrets'], wanted: Settings): Settings {
  const full = { ...settings }
  for (const [name, value] of Object.entries(secrets)) {
    const [first, inner] = partsOf(name)
    const key = inner === undefined ? undefined : keyIn(wanted[first], inner)
    if (key !== undefined) full[first] = { ...Object(full[first]), [key]: value }
    else if (inner === undefined && first in wanted) full[first] = value
  }
  return full
}

/** Whether settings have a secret: `basic.password`. */
export function isSet(settings: Settings, name: string): boolean {
  const [first, inner] = partsOf(name)
  return inner === undefined ? first in settings : keyIn(settings[first], inner) !== undefined
}

/** A setting, and a name in it. */
function partsOf(name: string): [string, string | undefined] {
  const dot = name.indexOf('.')
  return dot === -1 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)]
}

/** The key of this name; names of headers have any case. */
const keyIn = (value: unknown, name: string): string | undefined =>
  Object.keys(Object(value)).find(key => key.toLowerCase() === name.toLowerCase())
