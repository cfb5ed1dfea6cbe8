import { setTimeout as delay } from 'node:timers/promises'
import { nowMs, percentile, rounded } from '../../figures'
import { type Server, startPlace, startServer } from '../../place'
import { startHook } from '../hook'
import { startViewers, targetOf, WINDOW_MS } from '../stage'

const ALERTS = 20
const WARM_UP = 3
const PAUSE_MS = 400
const VIEWERS = 100
const QUIET_MS = 10_000

/** From a request with one alert, in a group of its own, to its webhook and to viewers of the tenant's events. */
export async function telling() {
  const place = await startPlace()
  const hook = await startHook()
  try {
    const server = await startServer(place, 'all', { OUTBOUND_ALLOW: 'private' })
    await route(server, hook.url)
    const viewers = startViewers()
    const path = '/api/v2/events/stream?types=alert_created&limit=0'
    await viewers.ask('open', { targets: [targetOf(server.url, path, place.token)], count: VIEWERS, look: 'time' })
    const times: number[] = []
    for (let no = 0; no < WARM_UP + ALERTS; no++) {
      if (no === WARM_UP) await viewers.ask('restart', undefined)
      const received = hook.next()
      const startedMs = nowMs()
      await fire(server, place.token, no, startedMs)
      const ms = (await received) - startedMs
      if (no >= WARM_UP) times.push(ms)
      await delay(PAUSE_MS)
    }
    const seen = await viewers.ask('until', { lines: ALERTS, quietMs: QUIET_MS })
    await viewers.stop()
    return {
      webhook_ms: { p50: rounded(percentile(times, 0.5)), p95: rounded(percentile(times, 0.95)), samples: ALERTS },
      viewers_ms: seen.latencyMs,
      viewer_faults: seen.faultCount,
      viewers: VIEWERS,
      window_ms: WINDOW_MS,
    }
  } finally {
    hook.stop()
    await place.stop()
  }
}

async function route(server: Server, url: string) {
  await server.post('/api/receivers', { name: 'hook', type: 'webhook', settings: { url } })
  const root = { receiver: 'hook', group_by: ['...'], group_wait_seconds: 0 }
  await server.put('/api/alert-routes', { route: root })
}

async function fire(server: Server, token: string, no: number, startedMs: number) {
  const labels = { alertname: 'Told', instance: `host-${no}`, mark: `t=${startedMs} `, severity: 'critical' }
  const response = await fetch(`${server.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations: { summary: 'A benchmark' } }]),
  })
  if (!response.ok) throw new Error(`An alert was answered with ${response.status}: ${await response.text()}`)
}
