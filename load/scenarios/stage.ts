import { DEFAULT_TENANT_ID } from '../../src/api'
import { type Place, type Server, startPlace, startServer } from '../place'
import type { FeederQuestions } from '../programs/feeder'
import { type Program, startProgram } from '../programs/program'
import type { ViewerQuestions } from '../programs/viewers'
import type { Target } from '../viewing/subscriber'

/** A topic that exists without a job and only contains what the feeder writes, as long as no worker process runs. */
export const TOPIC = { tenantId: DEFAULT_TENANT_ID, name: 'service:worker' }
export const TOPIC_PATH = '/api/service/logs/stream?service=worker&limit=0'
/** A typical log line. */
export const LINE_BYTES = 100
export const WINDOW_MS = 150

export type Feeder = Program<FeederQuestions>
export type ViewerProgram = Program<ViewerQuestions>

/** A web process, a process that writes lines, and their Redis and PostgreSQL. */
export interface Stage {
  place: Place
  web: Server
  feeder: Feeder
}

export async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const feeder = await startFeeder(place)
    const result = await work({ place, web, feeder })
    await feeder.stop()
    await web.stop()
    return result
  } finally {
    await place.stop()
  }
}

async function startFeeder({ databaseUrl, redisUrl }: Place): Promise<Feeder> {
  const feeder = startProgram<FeederQuestions>('load/programs/feeder')
  await feeder.ask('start', { databaseUrl, redisUrl })
  return feeder
}

export const startViewers = (): ViewerProgram => startProgram<ViewerQuestions>('load/programs/viewers')

export function targetOf(url: string, path: string, token?: string): Target {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port), path, headers: token ? { Authorization: `Bearer ${token}` } : {} }
}

/** Takes a CPU profile of a program while `work` runs, if a folder is given. */
export async function profiled<T>(
  server: Pick<Server, 'ask'>,
  name: string,
  folder: string | undefined,
  work: () => Promise<T>,
) {
  if (!folder) return work()
  await server.ask('startProfile', undefined)
  const result = await work()
  await server.ask('stopProfile', { file: `${folder}/${name}.cpuprofile` })
  return result
}
