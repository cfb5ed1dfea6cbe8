import type { Level } from '../../src/base/log'
import { createOutbound, type OutboundSettings } from '../../src/base/outbound'
import { checkHttp, type HttpCheck, type Trace } from '../../src/monitors'

export interface LogLine {
  level: Level
  step: string | undefined
  message: string
}

/** Runs a check like the health-check job does, and collects its steps and log lines. */
export async function check(
  url: string,
  settings: Partial<HttpCheck> = {},
  { signal = new AbortController().signal, ...outbound }: Partial<OutboundSettings> & { signal?: AbortSignal } = {},
) {
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
  const input = { url, method: 'GET', headers: {}, timeout_ms: 10_000, follow_redirects: true, ...settings }
  const outcome = await checkHttp(input, {
    signal,
    trace,
    outbound: createOutbound({ allow: ['private'], ...outbound }),
  })
  return { outcome, logged, steps }
}
