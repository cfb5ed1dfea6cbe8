import { act, limited, persistent, scripted, startedRuns } from '../kinds'
import { ACTOR, createPlace, entriesOf, statesOf, type TestNode, untilState } from '../node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: scripted })
})
afterAll(() => place.stop())

const ref = (id: string) => ({ tenantId: place.tenantId, id })

test('every attempt is kept with its error, and the last one decides', async () => {
  const { job } = await node.jobs.enqueue(persistent, { does: 'throw', lines: 1 }, node.by)
  const done = await untilState(node, job.id, 'failed')
  expect(done).toMatchObject({ attempt: 3, max_attempts: 3, error: { code: 'error', message: 'as asked' } })
  const attempts = await node.jobs.attempts(ref(job.id))
  expect(attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
    [3, 'failed'],
  ])
  for (const { started_at, ended_at, error } of attempts) {
    expect((started_at ?? 'z') <= (ended_at ?? '')).toBe(true)
    expect(error).toMatchObject({ message: 'as asked' })
  }
  const states = await statesOf(node, job.id)
  expect(states).toEqual(['pending', 'running', 'scheduled', 'running', 'scheduled', 'running', 'failed'])
  const lines = (await entriesOf(node, `job:${job.id}`)).filter(entry => entry.message === 'line 1')
  expect(lines.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
})

test('a JobFailure ends the job at once, with its own code', async () => {
  const { job } = await node.jobs.enqueue(persistent, { does: 'fail' }, node.by)
  const done = await untilState(node, job.id, 'failed')
  expect(done).toMatchObject({ attempt: 1, max_attempts: 3, error: { code: 'asked' } })
})

test('a time limit ends an attempt even if the handler ignores its signal', async () => {
  const { job } = await node.jobs.enqueue(limited, { does: 'ignore' }, node.by)
  const done = await untilState(node, job.id, 'failed')
  expect(done.error).toMatchObject({ code: 'timeout', message: expect.stringContaining('50 ms') })
})

test('a result that is too large fails the job', async () => {
  const { job } = await node.jobs.enqueue(act, { does: 'spawn', value: 'x'.repeat(250_000), children: [] }, node.by)
  await untilState(node, job.id, 'completed')
})

test('retry runs a failed job again under its id and keeps its history', async () => {
  const { job } = await node.jobs.enqueue(act, { does: 'throw' }, node.by)
  await untilState(node, job.id, 'failed')
  const again = await node.jobs.retry(ref(job.id), ACTOR)
  expect(again).toMatchObject({ id: job.id, status: 'pending', error: null, ended_at: null, max_attempts: 2 })
  const done = await untilState(node, job.id, 'failed')
  expect(done.attempt).toBe(2)
  expect((await node.jobs.attempts(ref(job.id))).map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  expect(startedRuns.filter(({ id }) => id === job.id).map(({ attempt }) => attempt)).toEqual([1, 2])
  expect(await statesOf(node, job.id)).toEqual(['pending', 'running', 'failed', 'pending', 'running', 'failed'])
})

test('a completed job cannot be retried', async () => {
  const { job } = await node.jobs.enqueue(act, {}, node.by)
  await untilState(node, job.id, 'completed')
  await expect(node.jobs.retry(ref(job.id), ACTOR)).rejects.toMatchObject({ status: 409 })
})
