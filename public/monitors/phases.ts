import type { Check } from '../../src/contract/checks'
import { formatDuration } from '../../text/times'

export type PhasesMs = Check['phases_ms']
export type PhaseName = keyof PhasesMs

/** The phases of a check in their order, with the CSS custom property of their color. */
export const PHASES: ReadonlyArray<{ name: PhaseName; title: string; color: string }> = [
  { name: 'dns', title: 'DNS', color: '--scheduled' },
  { name: 'connect', title: 'connect', color: '--running' },
  { name: 'tls', title: 'TLS', color: '--cancelled' },
  { name: 'first_byte', title: 'first byte', color: '--completed' },
  { name: 'transfer', title: 'transfer', color: '--pending' },
]

/** The phases that were reached. */
export const reachedPhases = (phases: PhasesMs) =>
  PHASES.flatMap(({ name, title, color }) => {
    const ms = phases[name]
    return ms === null ? [] : [{ name, title, color, ms }]
  })

/** Phases in words: `DNS 2 ms, connect 10 ms`. */
export const phaseWords = (phases: PhasesMs): string =>
  reachedPhases(phases)
    .map(({ title, ms }) => `${title} ${formatDuration(ms)}`)
    .join(', ')
