import { z } from '../../base/parse'
import type { Sealer } from '../../base/sealed'
import type { MonitorType } from '../../contract/monitor-settings'
import { isSecretHeader } from '../checks/headers'

export type Settings = Record<string, unknown>
/** By path: `bearer`, `basic.password`, `headers.Authorization`. */
export type Secrets = Record<string, string>

/** Settings as they are stored: secrets apart from the rest. */
export interface SplitSettings {
  plain: Settings
  secrets: Secrets
}

const PATHS: Record<MonitorType, readonly string[]> = {
  http: ['bearer', 'client_key', 'basic.password'],
  tcp: [],
  dns: [],
  tls: [],
  ping: [],
  push: [],
}

export function splitSettings(type: MonitorType, settings: Settings): SplitSettings {
  const plain: Settings = {}
  const secrets: Secrets = {}
  for (const [name, value] of Object.entries(settings)) {
    if (PATHS[type].includes(name)) secrets[name] = String(value)
    else if (isObject(value)) plain[name] = withoutSecrets(type, name, value, secrets)
    else plain[name] = value
  }
  return { plain, secrets }
}

function withoutSecrets(type: MonitorType, name: string, object: Settings, secrets: Secrets): Settings {
  const isSecret = (field: string, value: unknown) =>
    PATHS[type].includes(`${name}.${field}`) || (name === 'headers' && isSecretHeader(field, String(value)))
  const kept = Object.entries(object).filter(([field, value]) => {
    if (!isSecret(field, value)) return true
    secrets[`${name}.${field}`] = String(value)
    return false
  })
  return Object.fromEntries(kept)
}

/** Settings put together again. */
export function joinedSettings({ plain, secrets }: SplitSettings): Settings {
  const settings = structuredClone(plain)
  for (const [path, value] of Object.entries(secrets)) {
    const { name, field } = partsOf(path)
    if (field === undefined) settings[name] = value
    else settings[name] = { ...(settings[name] as Settings | undefined), [field]: value }
  }
  return settings
}

/**
 * Settings after a change: those given replace the old ones, null removes one, and secrets stay unless they are given
 * or removed, also those inside of a setting that is given.
 */
export function changedSettings({ plain, secrets }: SplitSettings, change: Settings): Settings {
  const stay = Object.entries(secrets).filter(([path]) => {
    const { name, field } = partsOf(path)
    if (!(name in change)) return true
    const given = change[name]
    return field !== undefined && isObject(given) && !Object.keys(given).some(each => isSame(each, field))
  })
  const kept = { plain: withoutNulls({ ...plain, ...change }), secrets: Object.fromEntries(stay) }
  return joinedSettings(kept)
}

function withoutNulls(settings: Settings): Settings {
  const given = Object.entries(settings).filter(([, value]) => value !== null)
  return Object.fromEntries(given.map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : value]))
}

/** Header names have no case. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

function partsOf(path: string): { name: string; field: string | undefined } {
  const [name = '', ...rest] = path.split('.')
  return { name, field: rest.length ? rest.join('.') : undefined }
}

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the secrets of a monitor are sealed for. */
export const purposeOf = (id: string) => `monitor/${id}`
const secretsShape = z.record(z.string(), z.string())

/** @returns null if there is nothing to keep secret */
export const sealSecrets = (sealer: Sealer, id: string, secrets: Secrets): string | null =>
  Object.keys(secrets).length ? sealer.seal(JSON.stringify(secrets), purposeOf(id)) : null

/** @returns undefined if none of the keys opens them */
export function openSecrets(sealer: Sealer, id: string, sealed: string | null): Secrets | undefined {
  if (sealed === null) return {}
  const text = sealer.open(sealed, purposeOf(id))
  return text === undefined ? undefined : secretsShape.parse(JSON.parse(text))
}
