import { setTimeout as delay } from 'node:timers/promises'
import { percentile, rounded } from '../../figures'
import type { Server } from '../../place'
import { startHook } from '../hook'
import type { Targets } from './targets'

const OUTAGES = 5
const INTERVAL_S = 1
const THRESHOLD = 3
const NAME = 'Outage of the benchmark'
/** Long enough to be up again, and to be at any point of the interval. */
const PAUSE_MS = 2_300

/** From a server that stops to the webhook, with a monitor of its own beside the others. */
export async function outages(server: Server, { program, answering }: Targets) {
  const hook = await startHook(body => body.includes(NAME) && body.includes('"status":"firing"'))
  try {
    const url = answering[0] ?? ''
    const address = new URL(url).hostname
    const { monitor } = await server.post('/api/monitors', {
      ...{ name: 'Watched', type: 'http', target: url, interval_seconds: INTERVAL_S, timeout_ms: 1_000 },
    })
    await server.post('/api/rules', {
      ...{ name: NAME, type: 'consecutive_failures', threshold: THRESHOLD, monitors: { ids: [monitor.id] } },
    })
    await server.post('/api/receivers', { name: 'hook', type: 'webhook', settings: { url: hook.url } })
    await server.put('/api/alert-routes', {
      route: { receiver: 'hook', group_by: ['...'], group_wait_seconds: 0, group_interval_seconds: 1 },
    })
    const times: number[] = []
    for (let no = 0; no < OUTAGES; no++) {
      await untilStatus(server, monitor.id, 'up')
      await delay(PAUSE_MS + no * 170)
      const told = hook.next()
      const brokenMs = await program.ask('turn', { address, isDown: true })
      times.push((await told) - brokenMs)
      await program.ask('turn', { address, isDown: false })
    }
    return {
      interval_s: INTERVAL_S,
      threshold: THRESHOLD,
      webhook_ms: { p50: rounded(percentile(times, 0.5)), max: rounded(Math.max(...times)), samples: OUTAGES },
      aim_ms: (INTERVAL_S * THRESHOLD + 1) * 1_000,
    }
  } finally {
    hook.stop()
  }
}

async function untilStatus(server: Server, id: string, wanted: string) {
  for (let tries = 0; tries < 300; tries++) {
    const { status } = await server.get(`/api/monitors/${id}`)
    if (status === wanted) return
    await delay(100)
  }
  throw new Error(`The monitor did not become ${wanted}`)
}
