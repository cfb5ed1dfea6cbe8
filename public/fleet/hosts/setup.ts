import type { System } from '../../../src/contract/hosts'

export const SYSTEM_NAMES: Record<System, string> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' }
/** Where to run the command. */
export const SHELLS: Record<System, string> = {
  linux: 'in a shell',
  macos: 'in Terminal',
  windows: 'in PowerShell as administrator',
}

const PLACEHOLDER = '<secret>'

/** Replaces the placeholder with the secret, unless the secret is empty. */
export const withSecret = (text: string, secret: string) =>
  secret === '' ? text : text.replaceAll(PLACEHOLDER, () => secret)
