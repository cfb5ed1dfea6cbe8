import { wrongUsage } from './exit'

const DEFAULT_SECONDS = 600

export const PATIENCE_OPTION = {
  type: 'string',
  value: 'seconds',
  help: `How long to wait for a server that is down; 0: forever (default ${DEFAULT_SECONDS})`,
} as const

/** In milliseconds. */
export function patienceOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS * 1_000
  if (!/^\d{1,6}$/.test(text)) throw wrongUsage(`--patience must be a number of seconds, not "${text}".`)
  return Number(text) * 1_000
}
