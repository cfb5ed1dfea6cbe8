import autocannon from 'autocannon'
import { rounded } from '../figures'
import { startPlace, startServer } from '../place'
import type { Scenario } from './scenario'
import { profiled } from './stage'

const SECONDS = 6
const CONNECTIONS = 20
const JOB = { kind: 'demo', input: { steps: [{ name: 'nothing', lines: 0 }] } }

/** The JSON API, driven by autocannon from this process: creating jobs, then listing them. */
export const http: Scenario = async ({ profileTo }) => {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' }
    const ask = async (options: autocannon.Options) => {
      const shared = { connections: CONNECTIONS, headers, bailout: 100 }
      await autocannon({ ...shared, ...options, duration: 2 }) // warm-up
      const result = await autocannon({ ...shared, ...options, duration: SECONDS })
      if (result.non2xx || result.errors)
        throw new Error(`${options.url}: ${result.non2xx} refused, ${result.errors} failed`)
      const { requests, latency } = result
      return { requests_per_s: rounded(requests.average), latency_ms: { p50: latency.p50, p99: latency.p99 } }
    }
    const post = { url: `${web.url}/api/jobs`, method: 'POST', body: JSON.stringify(JOB) } as const
    const create = await profiled(web, 'http-post', profileTo, () => ask(post))
    const list = await profiled(web, 'http-get', profileTo, () => ask({ url: `${web.url}/api/jobs?limit=50` }))
    const health = await ask({ url: `${web.url}/healthz` })
    return {
      ...{ post_jobs: create, get_jobs_50: list, get_healthz: health, connections: CONNECTIONS },
      processes: ['web', 'autocannon', 'postgres', 'redis'],
    }
  } finally {
    await place.stop()
  }
}
