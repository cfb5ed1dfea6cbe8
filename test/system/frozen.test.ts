import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from '../support/programs'
import { createJob, expectCompleteLog, getAttempts, getJob, getLog, type Job } from './jobs'
import type { Node } from './node'
import { System } from './system'
import { eventCounts, Viewer } from './viewer'

const REFUSED = 'Lines of a superseded run were not stored'

let system: System
let site: Server
/** Requests that the site has not answered yet, in the order in which they came. */
const waiting: ServerResponse[] = []

beforeAll(async () => {
  site = createServer((_request, response) => void waiting.push(response))
  await new Promise<void>(resolve => site.listen(0, '127.0.0.1', resolve))
  system = await System.start({ webs: 1, workers: 2, env: { JOB_LOCK_MS: '3000' } })
})

afterAll(async () => {
  await system.stop()
  site.closeAllConnections()
  await new Promise(resolve => site.close(resolve))
})

test('after a worker was frozen, its job has run once elsewhere, and its own lines and result are refused', async () => {
  const web = system.web()
  const feed = new Viewer({ topic: 'events', at: () => web })
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
  const { body } = await web.post<{ job: Job }>('/api/jobs', {
    kind: 'health-check',
    input: { url, timeout_ms: 120_000 },
  })
  const { id } = body.job
  const viewer = new Viewer({ topic: `job:${id}`, at: () => web })
  await eventually(() => waiting.length === 1, 'the first attempt asks')
  const frozen = await workerOf(id)
  process.kill(frozen.pid, 'SIGSTOP')
  await eventually(() => waiting.length === 2, 'the second attempt asks')
  waiting[0]?.writeHead(500).end()
  process.kill(frozen.pid, 'SIGCONT')
  await eventually(() => frozen.output().includes(REFUSED), 'late lines are refused')
  expect((await getJob(web, id)).status).toBe('running')
  waiting[1]?.writeHead(200).end()
  await viewer.done

  const attempts = await getAttempts(web, id)
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'completed'])
  expect(attempts.map(({ worker }) => system.workerOf(worker) === frozen)).toEqual([true, false])
  const { body: job } = await web.get<{ result: { status_code: number } }>(`/api/jobs/${id}`)
  expect(job.result.status_code).toBe(200)
  const logged = await getLog(web, id)
  expectCompleteLog(logged)
  const order = logged.map(({ attempt }) => attempt ?? 0).filter(Boolean)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  await feed.until(() => eventCounts(feed, 'job_completed').has(id))
  const counts = ['job_created', 'job_started', 'job_completed'].map(type => eventCounts(feed, type).get(id))
  expect(counts).toEqual([1, 2, 1])
  await feed.close()

  await system.workers.find(worker => worker !== frozen)?.stop()
  const next = await createJob(web, { lines: 10 })
  await new Viewer({ topic: `job:${next.id}`, at: () => web }).done
  expect(await getJob(web, next.id)).toMatchObject({ status: 'completed', attempt: 1 }) // it works as before
})

/** Waits until the start is stored, which the handler does not wait for. */
async function workerOf(id: string): Promise<Node> {
  let name: string | null = null
  await eventually(async () => {
    const { status, body } = await system.web().get<Job>(`/api/jobs/${id}`)
    if (status === 200) name = body.worker
    return name !== null
  }, 'the job has a worker')
  return system.workerOf(name)
}
