import { createOutbound, type OutboundSettings } from '../../src/base/outbound'
import { checkHttp, type HttpCheck } from '../../src/monitors'
import { recordTrace } from './trace'

/** Runs a check like the health-check job does, and collects its steps and log lines. */
export async function check(
  url: string,
  settings: Partial<HttpCheck> = {},
  { signal = new AbortController().signal, ...outbound }: Partial<OutboundSettings> & { signal?: AbortSignal } = {},
) {
  const { trace, logged, steps } = recordTrace()
  const input = { url, method: 'GET', headers: {}, timeout_ms: 10_000, follow_redirects: true, ...settings }
  const outcome = await checkHttp(input, {
    signal,
    trace,
    outbound: createOutbound({ allow: ['private'], ...outbound }),
  })
  return { outcome, logged, steps }
}
