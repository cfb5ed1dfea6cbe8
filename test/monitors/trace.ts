import type { Level } from '../../src/base/log'
import type { Trace } from '../../src/monitors'

export interface LogLine {
  level: Level
  step: string | undefined
  message: string
}

/** A trace that collects the steps and log lines of a check. */
export function recordTrace() {
  const logged: LogLine[] = []
  const steps: string[] = []
  let step: string | undefined
  const trace: Trace = {
    async step(name, work) {
      step = name
      steps.push(name)
      try {
        return await work()
      } finally {
        step = undefined
      }
    },
    log(level, message) {
      logged.push({ level, step, message })
      return undefined
    },
  }
  return { trace, logged, steps }
}
