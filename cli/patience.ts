import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, Failure, wrongUsage } from './exit'

const DEFAULT_SECONDS = 600
const RETRY_MS = 1_000

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

/** Waits for a server that is restarting, as streams do. */
export async function retryWhileDown<T>(patienceMs: number, ask: () => Promise<T>): Promise<T> {
  const until = patienceMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + patienceMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const isUnreachable = error instanceof Failure && error.exitCode === EXIT.unreachable
      if (!isUnreachable || Date.now() > until) throw error
      await sleep(RETRY_MS)
    }
  }
}
