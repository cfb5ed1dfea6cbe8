import type { Place, Server } from '../place'
import { startPlace, startServer } from '../place'

const STEP = 'load'

/** A job that has not started, web processes that serve it, and a way to start it. */
export interface JobStage {
  place: Place
  webs: Server[]
  /** Path of the job's stream, with all of its history. */
  path: string
  /** The expected line n of the job. */
  expected: { step: string; lines: number }
  /** Starts the worker process, which takes the job at once. */
  begin(): Promise<Server>
}

/** Creates the job before there is a worker, so that viewers are connected before the first line, without relying on timing. */
export async function withJob<T>(lines: number, webCount: number, work: (stage: JobStage) => Promise<T>): Promise<T> {
  const place = await startPlace()
  try {
    const webs: Server[] = []
    for (let i = 0; i < webCount; i++) webs.push(await startServer(place, 'web'))
    const input = { steps: [{ name: STEP, workers: 1, lines, interval_ms: 0 }] }
    const { job } = await (webs[0] as Server).post('/api/jobs', { kind: 'demo', input })
    const path = `/api/jobs/${job.id}/logs/stream?limit=all`
    const begin = () => startServer(place, 'worker')
    const result = await work({ place, webs, path, expected: { step: STEP, lines }, begin })
    for (const web of webs) await web.stop()
    return result
  } finally {
    await place.stop()
  }
}
