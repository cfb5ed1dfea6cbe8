import type { Agent } from '../../src/contract/agents'
import { formatBytes } from '../../text/numbers'
import { formatDuration } from '../../text/times'

const ENGINE_NAMES = { docker: 'Docker', podman: 'Podman' } as const

export const engineWords = ({ engine }: Pick<Agent, 'engine'>): string =>
  engine ? `${ENGINE_NAMES[engine.kind]} ${engine.version}` : ''

export const machineWords = ({ os, cpus, memory }: Pick<Agent, 'os' | 'cpus' | 'memory'>): string =>
  [os, `${cpus} ${cpus === 1 ? 'core' : 'cores'}`, formatBytes(memory)].filter(Boolean).join(', ')

/** Clocks are never quite the same. */
const CLOCK_MS = 1_000

/** How far the clock of a machine is off; `''` if it is right. */
export function clockWords(offsetMs: number | null): string {
  if (offsetMs === null || Math.abs(offsetMs) < CLOCK_MS) return ''
  return `${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead' : 'behind'}`
}
