import { rounded } from '../figures'
import { LIMITS } from '../limits'
import { startViewers, targetOf } from '../scenarios/stage'
import type { Check } from './check'
import { withJob } from './job-stage'

const QUIET_MS = 30_000

/** 100 viewers of a job with 1,000 lines: each must get every line once, in order. */
export const small: Check = () => {
  const { viewers: count, lines } = LIMITS.small
  return withJob(lines, 1, async ({ place, webs, path, expected, begin }) => {
    const viewers = startViewers()
    const targets = webs.map(({ url }) => targetOf(url, path, place.token))
    const openMs = await viewers.ask('open', { targets, count, look: 'check', expected })
    const startedMs = performance.now()
    const worker = await begin()
    const seen = await viewers.ask('untilEnded', { quietMs: QUIET_MS })
    const seconds = (performance.now() - startedMs) / 1_000
    await viewers.stop()
    await worker.stop()
    return {
      ...{ viewers: count, lines, delivered: seen.lines, missing: count * lines - seen.lines },
      ...{ faults: seen.faultCount, first_faults: seen.faults },
      ...{ open_ms: rounded(openMs), seconds_with_worker_start: rounded(seconds) },
    }
  })
}
