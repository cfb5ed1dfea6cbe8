import type { Place, Server } from '../place'
import { postgresProcesses } from '../postgres-processes'
import { cpuSecondsOf, cpuSecondsOfEnded } from '../processes'

/** Tailrace processes on one Redis and PostgreSQL. */
export interface Processes {
  place: Place
  webs: Server[]
  workers: Server[]
}

/** Cores in use, on average; of the web and worker processes the busiest. */
export interface Usage {
  web: number
  worker: number
  postgres: number
  redis: number
  /** All processes of the installation together. */
  all: number
}

/** CPU seconds so far. */
interface Cpu {
  webs: number[]
  workers: number[]
  postgres: number
  redis: number
}

/** Measures the CPU of an installation while `work` runs, in seconds per kind of process and in cores. */
export async function withUsage<T>(processes: Processes, work: () => Promise<T>) {
  const [before, startedMs] = [cpuOf(processes), performance.now()]
  const result = await work()
  const [after, seconds] = [cpuOf(processes), (performance.now() - startedMs) / 1_000]
  const spent = {
    webs: after.webs.map((cpu, i) => cpu - (before.webs[i] ?? 0)),
    workers: after.workers.map((cpu, i) => cpu - (before.workers[i] ?? 0)),
    postgres: after.postgres - before.postgres,
    redis: after.redis - before.redis,
  }
  return { result, seconds, cpu: sums(spent), cores: coresOf(spent, seconds) }
}

function cpuOf({ place, webs, workers }: Processes): Cpu {
  return {
    webs: webs.map(({ pid }) => cpuSecondsOf(pid)),
    workers: workers.map(({ pid }) => cpuSecondsOf(pid)),
    postgres: postgresCpu(place),
    redis: cpuSecondsOf(place.redisPid),
  }
}

/** Sessions come and go: the server keeps the time of those that have ended. */
function postgresCpu({ folder }: Place): number {
  const [server, ...sessions] = postgresProcesses(folder)
  if (server === undefined) throw new Error('PostgreSQL has ended')
  return sessions.map(cpuUnlessEnded).reduce(sum, 0) + cpuSecondsOf(server) + cpuSecondsOfEnded(server)
}

function cpuUnlessEnded(pid: number): number {
  try {
    return cpuSecondsOf(pid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

const sum = (a: number, b: number) => a + b

const sums = ({ webs, workers, postgres, redis }: Cpu) => ({
  web: webs.reduce(sum, 0),
  worker: workers.reduce(sum, 0),
  postgres,
  redis,
})

function coresOf(spent: Cpu, seconds: number): Usage {
  const { web, worker, postgres, redis } = sums(spent)
  return {
    web: Math.max(0, ...spent.webs) / seconds,
    worker: Math.max(0, ...spent.workers) / seconds,
    postgres: postgres / seconds,
    redis: redis / seconds,
    all: (web + worker + postgres + redis) / seconds,
  }
}
