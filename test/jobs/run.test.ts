import { z } from 'zod'
import { defineKind, handle } from '../../src/jobs'
import { entriesOf, freshPlace, reaches, statesOf, type TestNode } from './node'

const greet = defineKind({ name: 'greet', queue: 'demo', input: z.strictObject({ name: z.string() }) })
const greeter = handle(greet, async (run, { name }) => {
  await run.step('think', async () => {
    run.log.info('thinking')
    run.progress({ percent: 50 })
  })
  run.log.warn(`hello ${name}`, { data: { polite: true } })
  return { greeted: name }
})

let place: Awaited<ReturnType<typeof freshPlace>>
let node: TestNode
beforeAll(async () => {
  place = await freshPlace()
  node = await place.start({ handlers: [greeter] })
})
afterAll(() => place.stop())

test('a job runs, and its topic tells every transition once and in order with its lines', async () => {
  const { job } = await node.jobs.enqueue(greet, { name: 'you' }, node.by)
  expect(job).toMatchObject({ kind: 'greet', queue: 'demo', status: 'pending', attempt: 0, max_attempts: 1 })
  const done = await reaches(node, job.id, 'completed')
  expect(done).toMatchObject({ attempt: 1, result: { greeted: 'you' }, error: null, progress: { percent: 50 } })
  expect(done.steps).toMatchObject([{ name: 'think', status: 'completed', lines: 1 }])
  expect(await statesOf(node, job.id)).toEqual(['pending', 'running', 'completed'])
  const entries = await entriesOf(node, `job:${job.id}`)
  const told = entries.map(({ kind, message, data }) => message ?? (kind === 'status' ? data.job.status : kind))
  expect(told).toEqual(['pending', 'running', 'running', 'thinking', 'progress', 'running', 'hello you', 'completed'])
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
})
