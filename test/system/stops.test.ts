import { processesNaming, Workbench } from '../embedded/folder'
import { SseReader } from '../support/sse'
import { createJob, difference, expectCompleteLog, getAttempts, getLog, type Job } from './jobs'
import { Load, runningFrom } from './load'
import { type Node, startNode } from './node'
import { print, System } from './system'
import { Viewer } from './viewer'

describe('SIGTERM under load', () => {
  let system: System

  beforeAll(async () => {
    system = await System.start({ env: { WORKER_CONCURRENCY: '4' } })
  })

  afterAll(() => system.stop())

  test('a worker hands back the jobs it cannot finish, and the other worker runs them', async () => {
    const load = new Load(system)
    await load.begin()
    expect(await system.worker(0).stop()).toMatchObject({ code: 0, stderr: '' })
    const attempts = await load.expectAllDone()
    print(`attempts after a worker was stopped: ${attempts.join(' ')}`)
    system.workers[0] = await system.startNode('worker')
  })

  test('when both web processes are replaced one after the other, no reader misses a line', async () => {
    const jobs = await Promise.all(system.webs.map(web => createJob(web, { lines: 100_000, interval_ms: 5 })))
    const viewers = jobs.flatMap(({ id }) =>
      Array.from({ length: 10 }, (_, i) => new Viewer({ topic: `job:${id}`, at: runningFrom(system, i) })),
    )
    const accepted: Promise<void>[] = []
    for (const index of [0, 1]) {
      const web = system.web(index)
      const [{ id }] = jobs as [Job]
      const reader = await SseReader.open(`${web.url}/api/jobs/${id}/logs/stream`, web.headers)
      await reader.until(() => reader.lines.length > 0)
      const { retryMs } = reader
      const seen = viewers.map(({ lines }) => lines.length)
      accepted.push(...Array.from({ length: 10 }, () => createDuringStop(web)))
      expect(await web.stop()).toMatchObject({ code: 0, stderr: '' })
      await reader.finished
      expect(reader.retryMs).not.toBe(retryMs) // on a stop each reader gets a random retry delay
      await Promise.all(viewers.map((viewer, i) => viewer.until(() => viewer.lines.length > (seen[i] ?? 0) + 50)))
      system.webs[index] = await system.startNode('web')
    }
    await Promise.all(accepted)
    for (const { id } of jobs) await system.web(0).post(`/api/jobs/${id}/cancel`, { reason: 'enough' })
    await Promise.all(viewers.map(viewer => viewer.done))
    for (const [i, { id }] of jobs.entries()) {
      const logged = await getLog(system.web(0), id)
      expectCompleteLog(logged)
      for (const viewer of viewers.slice(i * 10, i * 10 + 10)) {
        expect(difference(viewer.lines, logged)).toBeUndefined()
        expect(viewer.connections).toBeGreaterThan(1)
        expect(viewer.named('gap').length + viewer.named('reset').length).toBe(0)
      }
    }
  })

  /** A job created while its web process stops is either accepted and runs, or its request fails. */
  async function createDuringStop(web: Node) {
    const body = { kind: 'demo', input: { steps: [{ name: 'work', lines: 1 }] } }
    const response = await web.post<{ job: Job }>('/api/jobs', body).catch(() => undefined)
    if (response?.status !== 202) return
    const viewer = new Viewer({ topic: `job:${response.body.job.id}`, at: runningFrom(system, 0) })
    await viewer.done
    expect(viewer.named('end').map(({ data }) => data.reason)).toEqual(['completed'])
  }
})

test('npm start stops its own Redis and PostgreSQL, and the next start continues the jobs', async () => {
  const bench = new Workbench()
  const DATA_DIR = await bench.usedFolder()
  const env = { DATA_DIR, RECONCILE_MS: '500', SHUTDOWN_TIMEOUT_MS: '1000' }
  const start = () => startNode('all', 'a-token-for-this-test', env)
  let node = await start()
  try {
    const { id } = await createJob(node, { lines: 1_500, interval_ms: 8 })
    const viewer = new Viewer({ topic: `job:${id}`, at: () => node })
    await viewer.until(() => viewer.lines.length >= 100)
    expect(await node.stop()).toMatchObject({ code: 0, stderr: '' })
    expect(processesNaming(DATA_DIR)).toEqual([])
    node = await start()
    await viewer.done
    const logged = await getLog(node, id)
    expectCompleteLog(logged)
    expect(difference(viewer.lines, logged)).toBeUndefined()
    const attempts = await getAttempts(node, id)
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['lost', 'completed'])
    expect(attempts[1]?.worker).toContain(`:${node.pid}:`) // the first process did not take the job back after handing it back
    expect(await node.stop()).toMatchObject({ code: 0 })
  } finally {
    await node.kill()
    await bench.clean()
  }
})
