import type { Receiver, ReceiverType } from '../../src/contract/receivers'
import { SECRET_SETTINGS } from '../../src/contract/values'

/** A setting of a receiver in the form. */
export interface SettingField {
  name: string
  label: string
  type: 'url' | 'text' | 'email' | 'number' | 'password' | 'emails' | 'security' | 'receivers'
  hint?: string
  isRequired?: boolean
  /** What a new receiver starts with. */
  initial?: string
}

export const TYPE_NAMES: Record<ReceiverType, string> = {
  webhook: 'Webhook',
  email: 'Email',
  slack: 'Slack',
  group: 'Group',
}

export const SETTING_FIELDS: Record<ReceiverType, readonly SettingField[]> = {
  webhook: [
    { name: 'url', label: 'Address', type: 'url', isRequired: true, hint: 'https://example.org/alerts' },
    { name: 'secret', label: 'Secret, which signs each notification', type: 'password' },
    { name: 'bearer_token', label: 'Bearer token', type: 'password' },
    { name: 'max_alerts', label: 'Alerts in one notification (0: all)', type: 'number', initial: '0' },
  ],
  email: [
    { name: 'to', label: 'To, separated by commas', type: 'emails', isRequired: true, hint: 'ops@example.org' },
    { name: 'from', label: 'From', type: 'email', isRequired: true, hint: 'tailrace@example.org' },
    { name: 'host', label: 'SMTP server', type: 'text', isRequired: true, hint: 'mail.example.org' },
    { name: 'port', label: 'Port', type: 'number', isRequired: true, initial: '587' },
    { name: 'security', label: 'Encryption', type: 'security', initial: 'starttls' },
    { name: 'username', label: 'User name', type: 'text' },
    { name: 'password', label: 'Password', type: 'password' },
  ],
  slack: [
    {
      ...{ name: 'url', label: 'Address of the incoming webhook', type: 'password', isRequired: true },
      hint: 'https://hooks.slack.com/services/…',
    },
    { name: 'channel', label: 'Channel, instead of the default one', type: 'text', hint: '#ops' },
    { name: 'username', label: 'Shown as', type: 'text', hint: 'Tailrace' },
  ],
  group: [{ name: 'receivers', label: 'Receivers, which are all told', type: 'receivers', isRequired: true }],
}

export const isSecret = (type: ReceiverType, name: string) =>
  (SECRET_SETTINGS[type] as readonly string[]).includes(name)

/** Whether a secret is stored, which can be replaced but not read. */
export const isSet = (receiver: Receiver | null, name: string): boolean => receiver?.has_secrets.includes(name) ?? false

/** The text that a field starts with. */
export function textOf(receiver: Receiver | null, { name, type, initial = '' }: SettingField): string {
  const value = receiver?.settings[name]
  if (type === 'receivers') return namesText(Array.isArray(value) ? value.map(String) : [])
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || value === null ? (receiver ? '' : initial) : String(value)
}

const namesText = (names: readonly string[]) => JSON.stringify(names)
/** Names that are chosen in a field of type `receivers`. */
export const namesOf = (text: string): string[] => (text === '' ? [] : JSON.parse(text))

/** The text of such a field after a choice. */
export const chosenText = (text: string, name: string, isChosen: boolean): string => {
  const others = namesOf(text).filter(each => each !== name)
  return namesText(isChosen ? [...others, name] : others)
}

/**
 * The settings that were entered. Of one that exists, those that were emptied are removed, and secrets that were left
 * empty stay as they are.
 */
export function settingsOf(
  type: ReceiverType,
  texts: Readonly<Record<string, string>>,
  receiver: Receiver | null,
): Record<string, unknown> {
  const entries = SETTING_FIELDS[type].flatMap(({ name, type: kind }): Array<[string, unknown]> => {
    const text = (texts[name] ?? '').trim()
    if (text === '' && (receiver === null || isSecret(type, name))) return []
    if (text === '') return [[name, null]]
    if (kind === 'receivers') return [[name, namesOf(text)]]
    if (kind === 'number') return [[name, Number(text)]]
    if (kind === 'emails') return [[name, text.split(/[\s,;]+/).filter(Boolean)]]
    return [[name, text]]
  })
  return Object.fromEntries(entries)
}
