import { Agent, request } from 'node:http'
import { percentile, rounded } from '../../figures'

/** A server that accepts alerts. */
export interface Receiver {
  url: string
  headers: Record<string, string>
  /** CPU seconds of all its processes so far. */
  cpuSeconds(): number
}

export const CONNECTIONS = 4
const PATH = '/api/v2/alerts'

/** Posts all bodies over a few connections, each waiting for its answer before the next. */
export async function postAll({ url, headers, cpuSeconds }: Receiver, bodies: readonly Buffer[], alerts: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const times: number[] = []
  let next = 0
  const one = async () => {
    while (next < bodies.length) {
      const body = bodies[next++] as Buffer
      const startedMs = performance.now()
      await post(url + PATH, agent, headers, body)
      times.push(performance.now() - startedMs)
    }
  }
  const [startedMs, cpuBefore] = [performance.now(), cpuSeconds()]
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  const seconds = (performance.now() - startedMs) / 1_000
  const cpu = cpuSeconds() - cpuBefore
  agent.destroy()
  return {
    alerts_per_s: rounded(alerts / seconds),
    post_ms_p50: rounded(percentile(times, 0.5)),
    post_ms_p95: rounded(percentile(times, 0.95)),
    cpu_us_per_alert: rounded((cpu * 1e6) / alerts),
  }
}

function post(url: string, agent: Agent, more: Record<string, string>, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ...more, 'content-length': body.length, 'content-type': 'application/json' }
    const sent = request(url, { method: 'POST', agent, headers }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${url} answered ${response.statusCode}: ${text}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
