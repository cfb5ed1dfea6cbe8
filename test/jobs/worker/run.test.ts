import { z } from 'zod'
import { defineKind, handle } from '../../../src/jobs'
import { createPlace, entriesOf, eventually, statesOf, type TestNode, untilState } from '../node'

const greet = defineKind({ name: 'greet', queue: 'demo', input: z.strictObject({ name: z.string() }) })
const greeter = handle(greet, async (run, { name }) => {
  await run.step('think', async () => {
    run.log.info('thinking')
    run.progress({ percent: 50 })
  })
  run.log.warn(`hello ${name}`, { data: { polite: true } })
  return { greeted: name }
})

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: [greeter, namer, slowHandler] })
})
afterAll(() => place.stop())

test('the topic of a job has every transition once, in order with its lines', async () => {
  const { job } = await node.jobs.enqueue(greet, { name: 'you' }, node.by)
  expect(job).toMatchObject({ kind: 'greet', queue: 'demo', status: 'pending', attempt: 0, max_attempts: 1 })
  const done = await untilState(node, job.id, 'completed')
  expect(done).toMatchObject({ attempt: 1, result: { greeted: 'you' }, error: null, progress: { percent: 50 } })
  expect(done.steps).toMatchObject([{ name: 'think', status: 'completed', lines: 1 }])
  expect(await statesOf(node, job.id)).toEqual(['pending', 'running', 'completed'])
  const entries = await entriesOf(node, `job:${job.id}`)
  const story = entries.map(({ kind, message, data }) => message ?? (kind === 'status' ? data.job.status : kind))
  expect(story).toEqual(['pending', 'running', 'running', 'thinking', 'progress', 'running', 'hello you', 'completed'])
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
})

let goOn: () => void
const going = new Promise<void>(resolve => {
  goOn = resolve
})
const slow = defineKind({ name: 'slow', queue: 'demo', input: z.strictObject({}) })
const slowHandler = handle(slow, async run => {
  run.log.info('line')
  await going
})

test('a job that comes back to its process before its start is stored has each line once per attempt', async () => {
  const { job } = await node.jobs.enqueue(slow, {}, { ...node.by, delayMs: 300 })
  const { client } = node.jobs.engine
  const key = node.jobs.engine.key('demo', job.id)
  const stuck = await node.db.transaction()
  await stuck.raw('SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE stream_writers IN EXCLUSIVE MODE')
  await eventually(async () => (await client.hget(key, 'ats')) === '1')
  await client.del(`${key}:lock`) // as after a pause of the process that was longer than the lock
  await eventually(async () => (await client.hget(key, 'ats')) === '2')
  // By now a second run would have begun: it would need one read of the job.
  for (let i = 0; i < 10; i++) await node.jobs.find({ tenantId: node.by.tenantId, id: job.id })
  await stuck.rollback()
  await untilState(node, job.id, 'running')
  goOn()
  await untilState(node, job.id, 'completed')
  const lines = (await entriesOf(node, `job:${job.id}`)).filter(({ message }) => message === 'line')
  const attempts = lines.map(({ attempt }) => attempt)
  expect(attempts).toEqual([...new Set(attempts)])
})

const busy = defineKind({ name: 'busy', queue: 'demo', input: z.strictObject({}) })
const busyHandler = handle(busy, async run => {
  await Promise.all(
    ['left', 'right'].map(name =>
      run.step(name, async () => {
        for (let i = 1; i <= 5; i++) {
          await new Promise(setImmediate)
          run.log.info(`${name} ${i}`)
        }
      }),
    ),
  )
  for (let n = 1; n <= 1_000; n++) run.progress({ n })
})

const odd = ['nul\0', 'half\ud83d', 'x'.repeat(300), 'a,b']
const named = defineKind({ name: 'named', queue: 'demo', input: z.strictObject({}) })
const namer = handle(named, async run => {
  for (const name of odd) await run.step(name, () => run.log.info(name))
  run.log.info('from outside', { step: 'nul\0' })
})

test('the name of a step is the same in the job, its lines and the filter, whatever characters it has', async () => {
  const { job } = await node.jobs.enqueue(named, {}, node.by)
  const { steps } = await untilState(node, job.id, 'completed')
  const lines = (await entriesOf(node, `job:${job.id}`)).filter(({ kind }) => kind === 'log')
  expect(steps.map(({ name }) => name)).toEqual(['nul\ufffd', 'half\ufffd', 'x'.repeat(200), 'a,b'])
  expect(steps.map(step => step.lines)).toEqual([2, 1, 1, 1])
  expect(new Set(lines.map(({ step }) => step))).toEqual(new Set(steps.map(({ name }) => name)))
})

test('parallel steps keep their lines apart; progress is throttled and keeps its last value', async () => {
  const other = await place.start({ handlers: [busyHandler], queues: ['checks'] })
  const worker = await place.start({ handlers: [greeter, busyHandler] })
  await node.stop()
  const { job } = await other.jobs.enqueue(busy, {}, other.by)
  const done = await untilState(worker, job.id, 'completed')
  expect(done).toMatchObject({
    progress: { n: 1_000 },
    steps: [
      { name: 'left', lines: 5 },
      { name: 'right', lines: 5 },
    ],
  })
  const entries = await entriesOf(worker, `job:${job.id}`)
  for (const { message, step } of entries) if (message) expect(message.split(' ')[0]).toBe(step)
  const progress = entries.filter(({ kind }) => kind === 'progress').map(({ data }) => data.progress.n)
  expect(progress).toEqual([1, 1_000])
})
