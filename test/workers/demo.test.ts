import { demo } from '../../src/jobs'
import demoHandler from '../../workers/demo'
import { ACTOR, createPlace, entriesOf, type TestNode, untilState } from '../jobs/node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: [demoHandler] })
})
afterAll(() => place.stop())

const linesOf = async (id: string) => (await entriesOf(node, `job:${id}`)).filter(({ kind }) => kind === 'log')

test('steps run one after the other, their workers in parallel', async () => {
  const steps = [
    { name: 'fetch', workers: 3, lines: 4, interval_ms: 1 },
    { name: 'store', lines: 2, line_bytes: 100 },
  ]
  const { job } = await node.jobs.enqueue(demo, { steps }, node.by)
  const done = await untilState(node, job.id, 'completed')
  expect(done.steps).toMatchObject([
    { name: 'fetch', status: 'completed', lines: 12 },
    { name: 'store', status: 'completed', lines: 2 },
  ])
  expect(done).toMatchObject({ result: { lines: 14 }, progress: { lines: 14, total: 14, percent: 100 } })
  const lines = await linesOf(job.id)
  expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1))
  expect(lines.slice(0, 12).every(({ step }) => step === 'fetch')).toBe(true)
  expect(lines.at(-1)?.message).toHaveLength(100)
})

test('a worker set to fail fails its step and the job, while others finish', async () => {
  const { job } = await node.jobs.enqueue(demo, { steps: [{ name: 's', workers: 2, lines: 4, fail_rate: 1 }] }, node.by)
  const done = await untilState(node, job.id, 'failed')
  expect(done.error?.message).toContain('as asked, after 2 lines')
  expect(done.steps).toMatchObject([{ name: 's', status: 'failed' }])
})

test('children are spawned to the given depth', async () => {
  const { job } = await node.jobs.enqueue(
    demo,
    { steps: [{ name: 's', lines: 1, children: 3, child_depth: 2 }] },
    node.by,
  )
  await untilState(node, job.id, 'completed')
  const { counts } = await node.jobs.tree({ tenantId: place.tenantId, id: job.id })
  expect(counts).toEqual({ completed: 12 })
})

test('writes a hundred thousand lines without pause, in order', async () => {
  const { job } = await node.jobs.enqueue(demo, { steps: [{ name: 's', workers: 2, lines: 50_000 }] }, node.by)
  await untilState(node, job.id, 'completed')
  const lines = await linesOf(job.id)
  expect(lines).toHaveLength(100_000)
  expect(lines.every(({ line }, i) => line === i + 1)).toBe(true)
})

test('stops at once when cancelled, even without intervals', async () => {
  const { job } = await node.jobs.enqueue(demo, { steps: [{ name: 's', lines: 5_000_000 }] }, node.by)
  await untilState(node, job.id, 'running')
  await node.jobs.cancel({ tenantId: place.tenantId, id: job.id }, { reason: 'enough', by: ACTOR })
  const done = await untilState(node, job.id, 'cancelled')
  const lines = (await linesOf(job.id)).map(({ message }) => message)
  expect(lines.some(message => message?.includes('did not end within'))).toBe(false)
  expect(done.steps).toMatchObject([{ status: 'cancelled' }])
})

test.each([
  [{ steps: [] }, 'body.input.steps'],
  [{ steps: [{ name: 's', workers: 0 }] }, 'body.input.steps.0.workers'],
  [{ steps: [{ name: 's', children: 50, child_depth: 5 }] }, 'body.input.steps.0.children'],
  [{ steps: [{ name: 's', extra: 1 }] }, 'body.input.steps.0.extra'],
])('input %j is refused with the path of the fault', async (input, path) => {
  await expect(node.jobs.enqueueAny(demo, input, node.by)).rejects.toMatchObject({ status: 400, errors: [{ path }] })
})
