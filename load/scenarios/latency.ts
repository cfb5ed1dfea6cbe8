import { AIMS } from '../limits'
import type { Scenario } from './scenario'
import { LINE_BYTES, profiled, startViewers, TOPIC, TOPIC_PATH, targetOf, WINDOW_MS, withStage } from './stage'

const IDLE_LINES = 60
const LOAD_LINES_PER_SECOND = 2_000
const LOAD_SECONDS = 8
const VIEWERS = 100

/** Time from logging a line in one process to its arrival at a viewer of another, through PostgreSQL. */
export const latency: Scenario = ({ profileTo }) =>
  withStage(async ({ place, web, feeder }) => {
    const viewers = startViewers()
    const targets = [targetOf(web.url, TOPIC_PATH, place.token)]
    await viewers.ask('open', { targets, count: 1, look: 'time' })
    await feeder.ask('writeSeldom', { topic: TOPIC, lines: 10, everyMs: 300 })
    await viewers.ask('until', { lines: 10, quietMs: 5_000 })
    await viewers.ask('restart', undefined)
    await feeder.ask('writeSeldom', { topic: TOPIC, lines: IDLE_LINES, everyMs: 300 })
    const idle = await viewers.ask('until', { lines: IDLE_LINES, quietMs: 5_000 })
    await viewers.stop()

    const crowd = startViewers()
    await crowd.ask('open', { targets, count: VIEWERS, look: 'time' })
    const lines = LOAD_LINES_PER_SECOND * LOAD_SECONDS
    const load = { topic: TOPIC, lineBytes: LINE_BYTES, perSecond: LOAD_LINES_PER_SECOND }
    await feeder.ask('write', { ...load, lines: LOAD_LINES_PER_SECOND })
    await crowd.ask('until', { lines: LOAD_LINES_PER_SECOND, quietMs: 5_000 })
    await crowd.ask('restart', undefined)
    await profiled(web, 'latency-web', profileTo, () => feeder.ask('write', { ...load, lines }))
    const loaded = await crowd.ask('until', { lines, quietMs: 5_000 })
    await crowd.stop()
    return {
      idle_ms: idle.latencyMs,
      aim_idle_ms_p50: AIMS.idleLatencyMsP50,
      loaded_ms: loaded.latencyMs,
      aim_loaded_ms_p99: WINDOW_MS + AIMS.loadedLatencyMsP99,
      window_ms: WINDOW_MS,
      loaded_lines_per_s: LOAD_LINES_PER_SECOND,
      loaded_viewers: VIEWERS,
      viewer_faults: idle.faultCount + loaded.faultCount,
      processes: ['web', 'feeder', 'viewers', 'postgres', 'redis'],
    }
  })
