import type { Level } from '../../base/log'
import type { Trace } from './phases'

/** A log line of a check that is no job. */
export interface TraceLine {
  at: string
  level: Level
  step: string | null
  message: string
}

/** A check logs a few dozen. */
const LINES_MAX = 500

/** A trace that hands on each line as it comes, up to a limit. */
export function traceLines(push: (line: TraceLine) => void): Trace {
  let step: string | null = null
  let count = 0
  return {
    async step(name, work) {
      const before = step
      step = name
      try {
        return await work()
      } finally {
        step = before
      }
    },
    log(level, message) {
      if (count++ < LINES_MAX) push({ at: new Date().toISOString(), level, step, message })
      return undefined
    },
  }
}
