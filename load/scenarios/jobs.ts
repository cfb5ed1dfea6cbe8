import { median, rounded } from '../figures'
import { AIMS } from '../limits'
import type { BareWorkerQuestions } from '../peers/bare-worker'
import type { PostgresQueuesQuestions } from '../peers/postgres-queues'
import { type Place, type Server, startPlace, startServer } from '../place'
import { postgresCpuSeconds } from '../postgres-processes'
import { cpuSecondsOf } from '../processes'
import type { NoopQuestions } from '../programs/noop-node'
import { startProgram } from '../programs/program'
import type { Scenario } from './scenario'
import { profiled, startViewers, targetOf } from './stage'

const JOBS = 10_000
const ROUNDS = 3
const CONCURRENCIES = [20, 100]

/** Jobs that only log one line, with history, streams and a watched events feed, compared with other job queues. */
export const jobs: Scenario = async ({ profileTo }) => {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const viewers = startViewers()
    const targets = [targetOf(web.url, '/api/v2/events/stream?limit=0', place.token)]
    await viewers.ask('open', { targets, count: 1, look: 'count' })
    const figures = []
    for (const concurrency of CONCURRENCIES) figures.push(await measure(place, web, concurrency, profileTo))
    return {
      by_concurrency: figures,
      share: figures.at(-1)?.share,
      aim_share: AIMS.jobsShare,
      jobs_per_round: JOBS,
      processes: ['web', 'worker', 'viewer of the events feed', 'postgres', 'redis', 'or a peer and its server'],
    }
  } finally {
    await place.stop()
  }
}

type Cpu = Record<'worker' | 'postgres' | 'redis' | 'web', number>

async function measure(place: Place, web: Server, concurrency: number, profileTo: string | undefined) {
  const node = startProgram<NoopQuestions>('load/programs/noop-node')
  const bare = startProgram<BareWorkerQuestions>('load/peers/bare-worker')
  const queues = startProgram<PostgresQueuesQuestions>('load/peers/postgres-queues')
  const { databaseUrl, redisUrl } = place
  await node.ask('start', { databaseUrl, redisUrl, concurrency })
  const run = { databaseUrl, redisUrl, count: JOBS, concurrency }
  const cpu = () => cpuOf(place, node.pid, web.pid)
  const rounds = []
  for (let round = 0; round <= ROUNDS; round++) {
    await node.ask('enqueue', { count: JOBS })
    const before = cpu()
    const ours = await profiled(node, `jobs-${concurrency}-${round}`, profileTo, () => node.ask('drain', undefined))
    const micros = perJob(before, cpu())
    const graphile = await queues.ask('graphile', { ...run, tuned: false })
    const graphileTuned = await queues.ask('graphile', { ...run, tuned: true })
    const boss = await queues.ask('boss', run)
    rounds.push({ ours, micros, bare: await bare.ask('run', run), graphile, graphileTuned, boss })
  }
  for (const program of [node, bare, queues]) await program.stop()
  const warm = rounds.slice(1)
  const middle = (of: (round: (typeof warm)[number]) => number) => rounded(median(warm.map(of)))
  return {
    concurrency,
    jobs_per_s: middle(({ ours }) => ours),
    bare_bullmq_jobs_per_s: middle(({ bare }) => bare),
    graphile_worker_jobs_per_s: middle(({ graphile }) => graphile),
    graphile_worker_tuned_jobs_per_s: middle(({ graphileTuned }) => graphileTuned),
    pg_boss_jobs_per_s: middle(({ boss }) => boss),
    share: middle(({ ours, bare }) => ours / bare),
    cpu_us_per_job: {
      worker: middle(({ micros }) => micros.worker),
      postgres: middle(({ micros }) => micros.postgres),
      redis: middle(({ micros }) => micros.redis),
      web: middle(({ micros }) => micros.web),
    },
  }
}

const cpuOf = ({ folder, redisPid }: Place, worker: number, web: number): Cpu => ({
  worker: cpuSecondsOf(worker),
  postgres: postgresCpuSeconds(folder),
  redis: cpuSecondsOf(redisPid),
  web: cpuSecondsOf(web),
})

const perJob = (before: Cpu, after: Cpu): Cpu => ({
  worker: micros(after.worker - before.worker),
  postgres: micros(after.postgres - before.postgres),
  redis: micros(after.redis - before.redis),
  web: micros(after.web - before.web),
})

const micros = (seconds: number) => (seconds / JOBS) * 1e6
