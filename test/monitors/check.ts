import type { Level } from '../../src/base/log'
import { createOutbound, type OutboundSettings } from '../../src/base/outbound'
import { checkHttp, type HttpCheck, type Trace } from '../../src/monitors'

export interface Told {
  level: Level
  step: string | undefined
  message: string
}

/** Runs one check as the health-check job does and keeps what it told. */
export async function check(
  url: string,
  settings: Partial<HttpCheck> = {},
  { signal = new AbortController().signal, ...outbound }: Partial<OutboundSettings> & { signal?: AbortSignal } = {},
) {
  const told: Told[] = []
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
      told.push({ level, step, message })
      return undefined
    },
  }
  const ask = { url, method: 'GET', headers: {}, timeout_ms: 10_000, follow_redirects: true, ...settings }
  const outcome = await checkHttp(ask, { signal, trace, outbound: createOutbound({ allow: ['private'], ...outbound }) })
  return { outcome, told, steps }
}
