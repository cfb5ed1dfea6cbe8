import type { MonitorType } from '../../src/contract/monitor-settings'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'

export const TYPE_NAMES: Record<MonitorType, string> = {
  http: 'HTTP',
  tcp: 'TCP',
  dns: 'DNS',
  tls: 'TLS',
  ping: 'Ping',
  push: 'Push',
}

const DAY_MS = 86_400_000
/** A certificate that expires sooner is worth a word. */
const SOON_DAYS = 30

/** What there is to say of a certificate in a list; null while its end is far away. */
export function expiryWords(expiresAt: string | null, now: number): { text: string; isUrgent: boolean } | null {
  if (expiresAt === null) return null
  const days = Math.floor((Date.parse(expiresAt) - now) / DAY_MS)
  if (days >= SOON_DAYS) return null
  return { text: days < 0 ? 'expired' : counted(days, 'day'), isUrgent: days < 7 }
}

/** What the letters of recent checks say: `20 checks: 18 up, 2 down`. */
export function recentWords(recent: string): string {
  const countOf = (letter: string) => recent.split(letter).length - 1
  const parts = [
    [countOf('u'), 'up'],
    [countOf('d'), 'down'],
    [countOf('?'), 'unknown'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return recent === '' ? 'No checks yet' : `${counted(recent.length, 'check')}: ${said.join(', ')}`
}

/** Labels as text, such as `team=web`. */
export const labelTexts = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(pair => pair.join('='))

/** A time that somebody has set, such as `10 s` or `5 m`. */
export const settingWords = (ms: number): string => formatDuration(ms).replace(/\.0 s$/, ' s')
