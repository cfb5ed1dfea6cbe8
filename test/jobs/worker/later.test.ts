import { z } from 'zod'
import { newId } from '../../../src/base/ids'
import { defineKind, handle, type Run, RunLater } from '../../../src/jobs'
import { ACTOR, createPlace, eventually, statesOf, type TestNode, untilState } from '../node'

const waiter = defineKind({ name: 'waiter', queue: 'demo', input: z.strictObject({ delay_ms: z.number() }) })
/** Jobs that may end. */
const ready = new Set<string>()
const runs: { id: string; attempt: number }[] = []

const handler = handle(waiter, async (run: Run, { delay_ms }) => {
  runs.push({ id: run.id, attempt: run.attempt })
  if (!ready.has(run.id)) throw new RunLater(delay_ms)
})

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: [handler], concurrency: 1, reconcileMs: 200 })
})
afterAll(() => place.stop())

const runsOf = (id: string) => runs.filter(run => run.id === id).map(({ attempt }) => attempt)

test('a job that is handed back runs again, as the same attempt, and its slot is free meanwhile', async () => {
  const { job } = await node.jobs.enqueue(waiter, { delay_ms: 50 }, node.by)
  await eventually(async () => runsOf(job.id).length >= 3)
  const other = await node.jobs.enqueue(waiter, { delay_ms: 60_000 }, { ...node.by, id: newId() })
  await eventually(async () => runsOf(other.job.id).length === 1)
  ready.add(job.id)
  const done = await untilState(node, job.id, 'completed')
  expect(done).toMatchObject({ attempt: 1, max_attempts: 1 })
  expect(new Set(runsOf(job.id))).toEqual(new Set([1]))
  expect(await node.jobs.attempts({ tenantId: place.tenantId, id: job.id })).toHaveLength(1)
  expect((await statesOf(node, job.id)).slice(0, 3)).toEqual(['pending', 'running', 'scheduled'])
  await node.jobs.cancel({ tenantId: place.tenantId, id: other.job.id }, { reason: 'seen', by: ACTOR })
})

test('a job that waits can be hastened; others are left alone', async () => {
  const { job } = await node.jobs.enqueue(waiter, { delay_ms: 600_000 }, node.by)
  await untilState(node, job.id, 'scheduled')
  ready.add(job.id)
  await eventually(async () => {
    await node.jobs.hasten('demo', [job.id, newId()])
    return (await node.jobs.find({ tenantId: place.tenantId, id: job.id })).status === 'completed'
  })
  await node.jobs.hasten('demo', [job.id])
})

test('a job that is cancelled while it is handed back ends', async () => {
  const { job } = await node.jobs.enqueue(waiter, { delay_ms: 600_000 }, node.by)
  await untilState(node, job.id, 'scheduled')
  await node.jobs.cancel({ tenantId: place.tenantId, id: job.id }, { reason: 'seen', by: ACTOR })
  await untilState(node, job.id, 'cancelled')
})

test('jobs that are created in the transaction of an effect are there after its commit, and run', async () => {
  const id = newId()
  ready.add(id)
  const effect = {
    name: 'test.create',
    apply: async (trx: Parameters<typeof node.jobs.enqueueIn>[0], items: string[]) => {
      const request = { ...node.by, id }
      const entries = await node.jobs.enqueueIn(trx, [{ kind: waiter, input: { delay_ms: 0 }, request }])
      return { results: items, entries: items.map((_, i) => (i === 0 ? entries : [])) }
    },
  }
  await node.streams.commit(effect, id)
  await untilState(node, id, 'completed')
})
