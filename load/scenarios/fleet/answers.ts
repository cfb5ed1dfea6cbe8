import { median, percentile, rounded } from '../../figures'
import { AIMS } from '../../limits'
import { WINDOW_MS } from '../stage'
import { ask, type FleetStage, type Hosts, hostIds, ONE_ROW, watch, watchHost, whenComplete } from './stage'

const FEW = { hosts: 100, rounds: 20 }
const MANY = { hosts: 1_000, viewers: 100, rounds: 3 }
/** Few enough that most results find an idle stream. */
const SELDOM = { hosts: 30, viewers: 100, delayMs: [1_000, 20_000] as [number, number] }
const QUIET_MS = 20_000

/** Successive queries to one host, watched by 100 viewers. */
const ONE = { queries: 30, viewers: 100 }

/** Time from the creation of a result in the agent to the viewers of its host. */
export async function ofOneHost(stage: FleetStage) {
  const [host = ''] = await hostIds(stage, 1)
  await watchHost(stage, host, ONE.viewers)
  for (let n = 1; n <= ONE.queries; n++)
    await whenComplete(stage, await ask(stage, ONE_ROW, { host_ids: [host] }), { hosts: 1, rows: 1 })
  const seen = await stage.viewers.ask('until', { lines: ONE.queries, quietMs: QUIET_MS })
  refuseFaults(seen)
  return { ...ONE, write_to_viewer_ms: seen.latencyMs, aim_write_to_viewer_ms_p99: AIMS.fleetWriteToViewerMsP99 }
}

/** Time from the request that creates a query to a viewer's first and last result, with 100 hosts. */
export const ofHundred = (stage: FleetStage) =>
  stage.hosts(FEW.hosts, async () => {
    const firstMs: number[] = []
    const allMs: number[] = []
    for (let round = 0; round <= FEW.rounds; round++) {
      const asked = await ask(stage, ONE_ROW)
      await watch(stage, asked, 1, 'check')
      const seen = await stage.viewers.ask('until', { lines: FEW.hosts, quietMs: QUIET_MS })
      refuseFaults(seen)
      await whenComplete(stage, asked, { hosts: FEW.hosts, rows: FEW.hosts })
      if (round === 0) continue // warm-up
      firstMs.push(seen.firstAtMs - asked.sentMs)
      allMs.push(seen.lastAtMs - asked.sentMs)
    }
    return {
      ...{ hosts: FEW.hosts, rounds: FEW.rounds },
      ...{ first_result_ms: spread(firstMs), aim_first_ms_p95: AIMS.fleetFirstMsP95 },
      ...{ all_results_ms: spread(allMs), aim_all_ms: AIMS.fleetAllMs },
    }
  })

/**
 * 1,000 hosts and 100 viewers. `at_once`: all hosts answer as soon as they can; time until the last viewer has the last
 * result. Then the latency of a result from the agent to a viewer: all at once, spread over 3 s, and one at a time.
 */
export async function ofThousand(stage: FleetStage, hosts: Hosts) {
  const allMs: number[] = []
  for (let round = 0; round <= MANY.rounds; round++) {
    const { asked, seen } = await roundOf(stage)
    if (round) allMs.push(seen.lastAtMs - asked.sentMs)
  }
  const delays = async (delayMs: [number, number]) => {
    await hosts.ask('behave', { delayMs })
    const rounds: Seen[] = []
    for (let round = 0; round < MANY.rounds; round++) rounds.push((await roundOf(stage)).seen)
    const of = (name: 'p50' | 'p99') => rounded(median(rounds.map(({ latencyMs }) => latencyMs[name])))
    const framesMax = Math.max(...rounds.map(({ framesPerSecondMax }) => framesPerSecondMax))
    return { write_to_viewer_ms: { p50: of('p50'), p99: of('p99') }, frames_per_s_max: framesMax }
  }
  const burst = await delays([1_500, 1_500])
  const spreadOut = await delays([1_000, 4_000])
  const seldom = await ofFew(stage, hosts)
  await hosts.ask('behave', { delayMs: [0, 0] })
  return {
    ...{ hosts: MANY.hosts, viewers: MANY.viewers, rounds: MANY.rounds },
    ...{ all_results_ms: rounded(median(allMs)), aim_all_ms: AIMS.fleetThousandMs },
    ...{ seldom, over_3_s: spreadOut, in_one_moment: burst, window_ms: WINDOW_MS },
    ...{ aim_write_to_viewer_ms_p99: AIMS.fleetWriteToViewerMsP99, aim_frames_per_s: AIMS.fleetFramesPerSecond },
  }
}

/** Latency of single results. */
async function ofFew(stage: FleetStage, hosts: Hosts) {
  await hosts.ask('behave', { delayMs: SELDOM.delayMs })
  const ids = await hostIds(stage, SELDOM.hosts)
  const asked = await ask(stage, ONE_ROW, { host_ids: ids })
  await watch(stage, asked, SELDOM.viewers, 'time')
  const seen = await stage.viewers.ask('until', { lines: SELDOM.hosts, quietMs: QUIET_MS })
  refuseFaults(seen)
  await whenComplete(stage, asked, { hosts: SELDOM.hosts, rows: SELDOM.hosts })
  return { write_to_viewer_ms: seen.latencyMs }
}

type Seen = Awaited<ReturnType<typeof roundOf>>['seen']

async function roundOf(stage: FleetStage) {
  const asked = await ask(stage, ONE_ROW)
  await watch(stage, asked, MANY.viewers, 'time')
  const seen = await stage.viewers.ask('until', { lines: MANY.hosts, quietMs: QUIET_MS })
  refuseFaults(seen)
  await whenComplete(stage, asked, { hosts: MANY.hosts, rows: MANY.hosts })
  return { asked, seen }
}

export function refuseFaults({ faultCount, faults }: { faultCount: number; faults: string[] }) {
  if (faultCount) throw new Error(`Viewers saw faults: ${faults.join('; ')}`)
}

const spread = (values: number[]) => ({
  p50: rounded(percentile(values, 0.5)),
  p95: rounded(percentile(values, 0.95)),
  max: rounded(percentile(values, 1)),
})
