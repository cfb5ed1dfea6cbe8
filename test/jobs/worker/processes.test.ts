import { compileProgram, type Program, startProgram } from '../../support/programs'
import { act, scripted } from '../kinds'
import { ACTOR, createPlace, entriesOf, eventually, type Place, type TestNode, untilState } from '../node'

let program: string
let place: Awaited<ReturnType<typeof createPlace>>
let web: TestNode
const started: Program[] = []

async function startWorker(): Promise<Program> {
  const { databaseUrl, redisUrl, prefix, tenantId }: Place = place
  const env = { PLACE: JSON.stringify({ databaseUrl, redisUrl, prefix, tenantId }) }
  const worker = startProgram([process.execPath, program], env)
  started.push(worker)
  await worker.ready
  return worker
}

beforeAll(async () => {
  program = await compileProgram('test/jobs/worker/worker-process.ts')
  place = await createPlace()
  web = await place.start({ handlers: scripted, works: false, reconcileMs: 500, lockMs: 1_000 })
})
afterAll(async () => {
  for (const { process } of started) process.kill('SIGKILL')
  await place.stop()
})

const ref = (id: string) => ({ tenantId: place.tenantId, id })
const lineNumbers = async (id: string) =>
  (await entriesOf(web, `job:${id}`)).flatMap(({ line }) => (line === null ? [] : [line]))

test('kill -9 of a worker during a job: the attempt counts as lost, and another worker runs the job again', async () => {
  const first = await startWorker()
  const { job } = await web.jobs.enqueue(act, { lines: 100, does: 'hang' }, web.by)
  await eventually(async () => (await lineNumbers(job.id)).length >= 100)
  first.process.kill('SIGKILL')
  await first.ended
  await startWorker()
  const again = await eventually(async () => {
    const now = await web.jobs.find(ref(job.id))
    return now.attempt === 2 && now.status === 'running' && now
  })
  expect(again.max_attempts).toBe(2)
  const [lost] = await web.jobs.attempts(ref(job.id))
  expect(lost).toMatchObject({ attempt: 1, outcome: 'lost', error: { code: 'stalled' } })
  await eventually(async () => (await lineNumbers(job.id)).length >= 200)
  const lines = await lineNumbers(job.id)
  expect(lines).toEqual(lines.map((_, i) => i + 1))
  await web.jobs.cancel(ref(job.id), { reason: 'seen', by: ACTOR })
  await untilState(web, job.id, 'cancelled')
})

test('a worker that resumes after a freeze adds nothing to a job that another has taken over', async () => {
  for (const { process, ended } of started.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
  const first = await startWorker()
  const { job } = await web.jobs.enqueue(act, { does: 'log', ms: 60_000 }, web.by)
  await eventually(async () => (await lineNumbers(job.id)).length >= 10)
  first.process.kill('SIGSTOP')
  await startWorker()
  await eventually(async () => (await web.jobs.find(ref(job.id))).attempt === 2)
  first.process.kill('SIGCONT')
  first.process.kill('SIGTERM') // it exits only after flushing its entries
  expect(await first.ended).toMatchObject({ code: 0 })
  await web.jobs.cancel(ref(job.id), { reason: 'seen', by: ACTOR })
  await untilState(web, job.id, 'cancelled')
  const entries = await entriesOf(web, `job:${job.id}`)
  const second = entries.findIndex(({ kind, data }) => kind === 'status' && data.job.attempt === 2)
  expect(second).toBeGreaterThan(0)
  expect(entries.slice(second).filter(({ attempt }) => attempt === 1)).toEqual([])
  expect(entries.at(-1)).toMatchObject({ kind: 'status', data: { job: { status: 'cancelled' } } })
})

test('a job whose workers keep dying fails as stalled', async () => {
  const { job } = await web.jobs.enqueue(act, { does: 'hang' }, web.by)
  for (let attempt = 1; attempt <= 3; attempt++) {
    await eventually(async () => (await web.jobs.find(ref(job.id))).attempt === attempt)
    for (const worker of started.splice(0)) {
      worker.process.kill('SIGKILL')
      await worker.ended
    }
    await startWorker()
  }
  const done = await untilState(web, job.id, 'failed')
  expect(done.error).toMatchObject({ code: 'stalled' })
  expect(done.attempt).toBe(3)
})

test('SIGTERM during a job that ignores its signal: the process ends in time, and another runs the job', async () => {
  const [worker] = started
  const { job } = await web.jobs.enqueue(act, { does: 'ignore', lines: 3 }, web.by)
  await untilState(web, job.id, 'running')
  worker?.process.kill('SIGTERM')
  expect(await worker?.ended).toMatchObject({ code: 0 })
  const [lost] = await web.jobs.attempts(ref(job.id))
  expect(lost).toMatchObject({ outcome: 'lost', error: { message: expect.stringContaining('stopped') } })
  const next = await startWorker()
  await eventually(async () => (await web.jobs.find(ref(job.id))).attempt === 2)
  await web.jobs.cancel(ref(job.id), { reason: 'seen', by: ACTOR })
  await untilState(web, job.id, 'cancelled')
  next.process.kill('SIGTERM')
  expect(await next.ended).toMatchObject({ code: 0 })
})
