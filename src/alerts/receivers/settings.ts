import { badRequest } from '../../base/errors'
import { parse } from '../../base/parse'
import { type ReceiverSettings, type ReceiverType, receiverSettings } from '../../contract/receivers'
import { SECRET_SETTINGS } from '../../contract/values'

export type Settings = Record<string, unknown>
export type Secrets = Record<string, string>

/** Settings as they are stored: secrets apart from the rest. */
export interface SplitSettings {
  plain: Settings
  secrets: Secrets
}

/**
 * Checks settings as given.
 * @throws Problem 400 with paths such as `settings.url`
 */
export function checkSettings(type: ReceiverType, given: Settings): SplitSettings {
  const checked: Settings = parse(receiverSettings[type], given, 'settings')
  if (type === 'email' && checked.password !== undefined && checked.username === undefined)
    throw badRequest([{ path: 'settings.username', message: 'is required with a password' }])
  const names: readonly string[] = SECRET_SETTINGS[type]
  const secrets: Secrets = {}
  const plain: Settings = {}
  for (const [name, value] of Object.entries(checked))
    if (value === undefined) continue
    else if (names.includes(name)) secrets[name] = String(value)
    else plain[name] = value
  return { plain, secrets }
}

/** Settings after a change: null removes one. */
export function mergedSettings({ plain, secrets }: SplitSettings, change: Settings): Settings {
  const merged = { ...plain, ...secrets, ...change }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}

/** A type with its settings, secrets included. */
export type TypedSettings = { [Type in ReceiverType]: { type: Type; settings: ReceiverSettings[Type] } }[ReceiverType]

/**
 * Stored settings, put together again.
 * @returns undefined if they no longer fit their type
 */
export function typedSettings(type: ReceiverType, { plain, secrets }: SplitSettings): TypedSettings | undefined {
  const { success, data } = receiverSettings[type].safeParse({ ...plain, ...secrets })
  return success ? ({ type, settings: data } as TypedSettings) : undefined
}
