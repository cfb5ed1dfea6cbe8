import { rounded } from '../figures'
import { LIMITS } from '../limits'
import { startViewers, targetOf } from '../scenarios/stage'
import type { Check } from './check'
import { withJob } from './job-stage'

const QUIET_MS = 30_000
const KILL_EVERY_MS = 25

/** Connections of viewers are cut at random and reopened to one of two web processes while a long job runs. */
export const reconnects: Check = () => {
  const { viewers: count, lines, kills } = LIMITS.reconnects
  return withJob(lines, 2, async ({ place, webs, path, expected, begin }) => {
    const viewers = startViewers()
    const targets = webs.map(({ url }) => targetOf(url, path, place.token))
    await viewers.ask('open', { targets, count, look: 'check', expected })
    const startedMs = performance.now()
    const worker = await begin()
    const killing = viewers.ask('killRandomly', { kills, everyMs: KILL_EVERY_MS })
    const [killed, seen] = await Promise.all([killing, viewers.ask('untilEnded', { quietMs: QUIET_MS })])
    const seconds = (performance.now() - startedMs) / 1_000
    await viewers.stop()
    await worker.stop()
    return {
      ...{ viewers: count, lines, webs: webs.length, reconnects: killed },
      ...{ delivered: seen.lines, missing: count * lines - seen.lines },
      ...{ faults: seen.faultCount, first_faults: seen.faults, seconds_with_worker_start: rounded(seconds) },
    }
  })
}
