import type { System } from '../../../src/contract/hosts'

export const SYSTEM_NAMES: Record<System, string> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' }
/** Where a command is run. */
export const SHELLS: Record<System, string> = {
  linux: 'in a shell',
  macos: 'in Terminal',
  windows: 'in PowerShell as administrator',
}

const PLACEHOLDER = '<secret>'

/** Puts the secret in the place of its placeholder, which stays when the secret is empty. */
export const withSecret = (text: string, secret: string) =>
  secret === '' ? text : text.replaceAll(PLACEHOLDER, () => secret)
