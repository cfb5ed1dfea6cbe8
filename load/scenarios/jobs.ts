import { median, rounded } from '../figures'
import { AIMS } from '../limits'
import type { BareWorkerQuestions } from '../peers/bare-worker'
import { type Place, startPlace, startServer } from '../place'
import type { NoopQuestions } from '../programs/noop-node'
import { startProgram } from '../programs/program'
import type { Scenario } from './scenario'
import { profiled, startViewers, targetOf } from './stage'

const JOBS = 10_000
const ROUNDS = 3
const CONCURRENCIES = [20, 100]

/** Jobs that only log one line, with history, streams and a watched events feed, compared with bare BullMQ. */
export const jobs: Scenario = async ({ profileTo }) => {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const viewers = startViewers()
    const targets = [targetOf(web.url, '/api/v2/events/stream?limit=0', place.token)]
    await viewers.ask('open', { targets, count: 1, look: 'count' })
    const figures = []
    for (const concurrency of CONCURRENCIES) figures.push(await measure(place, concurrency, profileTo))
    return {
      by_concurrency: figures,
      share: figures.at(-1)?.share,
      aim_share: AIMS.jobsShare,
      jobs_per_round: JOBS,
      processes: ['web', 'worker', 'viewer of the events feed', 'postgres', 'redis', 'or bare worker and redis'],
    }
  } finally {
    await place.stop()
  }
}

async function measure(place: Place, concurrency: number, profileTo: string | undefined) {
  const node = startProgram<NoopQuestions>('load/programs/noop-node')
  const bare = startProgram<BareWorkerQuestions>('load/peers/bare-worker')
  const { databaseUrl, redisUrl } = place
  await node.ask('start', { databaseUrl, redisUrl, concurrency })
  const rates: { ours: number; bare: number }[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    await node.ask('enqueue', { count: JOBS })
    const ours = await profiled(node, `jobs-${concurrency}-${round}`, profileTo, () => node.ask('drain', undefined))
    rates.push({ ours, bare: await bare.ask('run', { redisUrl, count: JOBS, concurrency }) })
  }
  await node.stop()
  await bare.stop()
  const warm = rates.slice(1)
  return {
    concurrency,
    jobs_per_s: rounded(median(warm.map(rate => rate.ours))),
    bare_bullmq_jobs_per_s: rounded(median(warm.map(rate => rate.bare))),
    share: rounded(median(warm.map(rate => rate.ours / rate.bare))),
  }
}
