import { transitionEffect } from '../../../src/jobs/lifecycle/transition-effect'
import { act, type Script, scripted, startedRuns } from '../kinds'
import { ACTOR, createPlace, entriesOf, eventually, statesOf, type TestNode, untilState } from '../node'

const cancellation = { reason: 'enough', by: ACTOR }
let place: Awaited<ReturnType<typeof createPlace>>
let web: TestNode
beforeAll(async () => {
  place = await createPlace()
  web = await place.start({ handlers: scripted, works: false })
  await place.start({ handlers: scripted })
})
afterAll(() => place.stop())

const ref = (id: string) => ({ tenantId: place.tenantId, id })

test('cancels a running job from another process; cancelling again changes nothing, cancelling an ended job is refused', async () => {
  const { job } = await web.jobs.enqueue(act, { does: 'hang' }, web.by)
  await untilState(web, job.id, 'running')
  const cancelling = await web.jobs.cancel(ref(job.id), cancellation)
  expect(cancelling.cancel).toMatchObject({ reason: 'enough', by: ACTOR })
  const done = await untilState(web, job.id, 'cancelled')
  expect(done).toMatchObject({ cancel: { reason: 'enough' }, attempt: 1 })
  expect(await statesOf(web, job.id)).toEqual(['pending', 'running', 'cancelled'])
  await expect(web.jobs.cancel(ref(job.id), cancellation)).rejects.toMatchObject({ status: 409, code: 'job_ended' })
})

test('a cancel marks running steps as cancelled and leaves failed ones as they are', async () => {
  const { job } = await web.jobs.enqueue(act, { does: 'steps' }, web.by)
  await eventually(async () => (await web.jobs.find(ref(job.id))).steps.length === 3)
  await web.jobs.cancel(ref(job.id), cancellation)
  const { steps } = await untilState(web, job.id, 'cancelled')
  expect(steps.map(({ name, status }) => [name, status])).toEqual([
    ['through', 'completed'],
    ['broken', 'failed'],
    ['under way', 'cancelled'],
  ])
})

test('a handler that ignores its signal is abandoned with a warning', async () => {
  const { job } = await web.jobs.enqueue(act, { does: 'ignore' }, web.by)
  await untilState(web, job.id, 'running')
  await web.jobs.cancel(ref(job.id), cancellation)
  await web.jobs.cancel(ref(job.id), { reason: 'again', by: ACTOR })
  const done = await untilState(web, job.id, 'cancelled')
  expect(done.cancel?.reason).toBe('enough')
  const lines = (await entriesOf(web, `job:${job.id}`)).map(({ message }) => message)
  expect(lines).toContainEqual(expect.stringContaining('did not end within 700 ms'))
})

test('waiting and delayed jobs end at once and never run', async () => {
  await web.jobs.queueControl.pause('demo', { reason: 'hold', by: ACTOR })
  const waiting = await web.jobs.enqueue(act, {}, web.by)
  const delayed = await web.jobs.enqueue(act, {}, { ...web.by, delayMs: 60_000 })
  for (const { job } of [waiting, delayed])
    expect((await web.jobs.cancel(ref(job.id), cancellation)).status).toBe('cancelled')
  await web.jobs.queueControl.resume('demo', { reason: 'go', by: ACTOR })
  const next = await web.jobs.enqueue(act, {}, web.by)
  await untilState(web, next.job.id, 'completed')
  expect(startedRuns.some(({ id }) => id === waiting.job.id || id === delayed.job.id)).toBe(false)
  const known = await web.jobs.engine.presence([{ queue: 'demo', id: waiting.job.id }])
  expect(known).toEqual(['unknown'])
})

test('cancelling a parent cancels its children, whether it runs or waits for them', async () => {
  const children = [{ does: 'hang' }, { does: 'spawn', children: [{ does: 'hang' }] }]
  const { job } = await web.jobs.enqueue(act, { does: 'spawn', children }, web.by)
  const tree = await eventually(async () => {
    const found = await web.jobs.tree(ref(job.id))
    return found.counts.running === 3 && found
  })
  expect(tree.job.children).toHaveLength(2)
  await web.jobs.cancel(ref(job.id), cancellation)
  await untilState(web, job.id, 'cancelled')
  await eventually(async () => (await web.jobs.tree(ref(job.id))).counts.cancelled === 3)
})

test('a growing tree is cancelled completely, at whatever moment', async () => {
  const leaf: Script = { does: 'hang' }
  const branch: Script = { does: 'spawn', children: Array.from({ length: 5 }, () => leaf) }
  const tree: Script = { does: 'spawn', children: Array.from({ length: 5 }, () => branch) }
  const growth = (id: string, jobs: number) =>
    eventually(async () => {
      const { counts } = await web.jobs.tree(ref(id))
      return Object.values(counts).reduce((sum, count) => sum + count, 0) >= jobs
    })
  for (const jobs of [0, 1, 2, 4, 8, 12, 16, 20, 24, 29]) {
    const { job } = await web.jobs.enqueue(act, tree, web.by)
    await growth(job.id, jobs)
    await web.jobs.cancel(ref(job.id), cancellation)
    await eventually(async () => {
      const { counts } = await web.jobs.tree(ref(job.id))
      return !counts.pending && !counts.running && (await web.jobs.find(ref(job.id))).status === 'cancelled'
    })
    const { counts } = await web.jobs.tree(ref(job.id))
    expect(Object.keys(counts).filter(status => status !== 'cancelled')).toEqual([])
  }
})

test('a job that spawns below a cancelled one is cancelled itself, and the child is not created', async () => {
  const { job } = await web.jobs.enqueue(
    act,
    { does: 'spawn', children: [{ does: 'spawn', ms: 3_000, children: [{}] }] },
    web.by,
  )
  const child = await eventually(async () => (await web.jobs.tree(ref(job.id))).job.children[0])
  await untilState(web, child.id, 'running')
  // As if the cancelling process had died after setting the first flag.
  const cancel = { ...cancellation, at: new Date().toISOString() }
  await web.streams.commit(transitionEffect, { ...ref(job.id), change: { type: 'request_cancel', cancel } })
  expect(await untilState(web, child.id, 'cancelled')).toMatchObject({ cancel: { reason: 'enough', by: ACTOR } })
  expect((await web.jobs.tree(ref(child.id))).job.children).toEqual([])
  await expect(web.jobs.cancel(ref(child.id), cancellation)).rejects.toMatchObject({ status: 409 })
})

test('cancelling an ended job again cancels the descendants that still run', async () => {
  const children = [{ does: 'throw', ms: 50 }, { does: 'hang' }]
  const { job } = await web.jobs.enqueue(act, { does: 'spawn', onFailure: 'continue', children }, web.by)
  await untilState(web, job.id, 'completed')
  const below = (await web.jobs.tree(ref(job.id))).job.children
  const open = below.find(({ status }) => status !== 'failed')
  expect(await web.jobs.cancel(ref(job.id), cancellation)).toMatchObject({ status: 'completed', cancel: null })
  await untilState(web, open?.id ?? '', 'cancelled')
  await expect(web.jobs.cancel(ref(job.id), cancellation)).rejects.toMatchObject({ status: 409, code: 'job_ended' })
})

test('another tenant does not see the job', async () => {
  const { job } = await web.jobs.enqueue(act, {}, web.by)
  const foreign = { tenantId: '00000000-0000-7000-8000-00000000000f', id: job.id }
  await expect(web.jobs.cancel(foreign, cancellation)).rejects.toMatchObject({ status: 404 })
  await expect(web.jobs.find(foreign)).rejects.toMatchObject({ status: 404 })
  await expect(web.jobs.tree(foreign)).rejects.toMatchObject({ status: 404 })
})
