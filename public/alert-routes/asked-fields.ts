import type { AskedSetting } from '../../src/contract/alert-routes'
import { isSecret, SETTING_FIELDS, type SettingField } from '../receivers/receiver-fields'

/** A field of the form for what an imported file does not hold. */
export interface AskedField {
  key: string
  setting: string
  /** All that would have it from the same place of the file. */
  receivers: string[]
  because: string
  label: string
  /** Of an `input`. */
  type: 'password' | 'url' | 'number' | 'text'
}

/** What is asked for once for all receivers that share it, such as a password under `global`. */
export function askedFields(asked: readonly AskedSetting[]): AskedField[] {
  const fields = new Map<string, AskedField>()
  for (const { receiver, type, setting, because, path } of asked) {
    const key = `${path} ${setting}`
    const known = fields.get(key)
    if (known) {
      known.receivers.push(receiver)
      continue
    }
    const field = SETTING_FIELDS[type].find(({ name }) => name === setting)
    fields.set(key, {
      ...{ key, setting, receivers: [receiver], because },
      label: field?.label ?? setting,
      type: isSecret(type, setting) ? 'password' : inputType(field),
    })
  }
  return [...fields.values()]
}

const inputType = (field: SettingField | undefined) =>
  field?.type === 'url' || field?.type === 'number' ? field.type : 'text'

/** What has been entered, by receiver and setting. @param texts by key of a field */
export function secretsOf(fields: readonly AskedField[], texts: Readonly<Record<string, string>>) {
  const secrets: Record<string, Record<string, string>> = {}
  for (const { key, setting, receivers } of fields) {
    const text = (texts[key] ?? '').trim()
    if (text === '') continue
    for (const receiver of receivers) secrets[receiver] = { ...secrets[receiver], [setting]: text }
  }
  return secrets
}
