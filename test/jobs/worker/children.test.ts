import { EventEmitter, once } from 'node:events'
import { z } from 'zod'
import { defineKind, handle, type OnFailure } from '../../../src/jobs'
import { act, scripted, startedRuns } from '../kinds'
import { createPlace, entriesOf, eventually, type TestNode, untilState } from '../node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: scripted })
})
afterAll(() => place.stop())

const parentOf = (onFailure: 'fail' | 'continue' | 'ignore' | 'forget' | undefined, children: unknown[]) =>
  node.jobs.enqueue(act, { does: 'spawn', children, value: 'done', ...(onFailure && { onFailure }) }, node.by)

const childrenOf = async (id: string) => {
  const { items } = await node.jobs.list(place.tenantId, { parent_id: id }, { limit: 100 })
  return items
}

test('a parent ends after its children with the result of its handler, without running again', async () => {
  const { job } = await parentOf(undefined, [{ ms: 100 }, { lines: 3 }])
  const done = await untilState(node, job.id, 'completed')
  expect(done.result).toBe('done')
  const children = await childrenOf(job.id)
  expect(children).toHaveLength(2)
  for (const child of children) {
    expect(child).toMatchObject({ status: 'completed', parent_id: job.id, root_id: job.id, child_count: 0 })
    expect((child.ended_at ?? '') <= (done.ended_at ?? '')).toBe(true)
  }
  expect(startedRuns.filter(({ id }) => id === job.id)).toHaveLength(1)
  const spawns = (await entriesOf(node, `job:${job.id}`)).filter(({ kind }) => kind === 'job_spawn')
  expect(spawns.map(({ data }) => data.job_id).sort()).toEqual(children.map(({ id }) => id).sort())
})

test.each(['ignore', 'forget', undefined] as const)(
  '%s: the parent completes after the other children',
  async option => {
    const { job } = await parentOf(option, [{ does: 'throw' }, { ms: 150 }])
    const done = await untilState(node, job.id, 'completed')
    const children = await childrenOf(job.id)
    expect(children.map(({ status }) => status).sort()).toEqual(['completed', 'failed'])
    for (const { ended_at } of children) expect((ended_at ?? '') <= (done.ended_at ?? '')).toBe(true)
  },
)

test('fail: the parent fails, and so does its own parent', async () => {
  const inner = { does: 'spawn', onFailure: 'fail', children: [{ does: 'throw', ms: 50 }] }
  const { job } = await parentOf('fail', [inner])
  const done = await untilState(node, job.id, 'failed')
  expect(done.error).toMatchObject({ code: 'child_failed' })
  const [child] = await childrenOf(job.id)
  expect(child).toMatchObject({ status: 'failed', error: { code: 'child_failed' } })
})

test('continue: the parent continues at once, while other children still run', async () => {
  const { job } = await parentOf('continue', [{ does: 'throw', ms: 50 }, { ms: 1_500 }])
  await untilState(node, job.id, 'completed')
  const children = await childrenOf(job.id)
  expect(children.map(({ status }) => status).sort()).toEqual(['failed', 'running'])
  const slow = children.find(({ status }) => status === 'running')
  await eventually(
    async () => (await node.jobs.find({ tenantId: place.tenantId, id: slow?.id ?? '' })).status === 'completed',
  )
})

test('a child that fails while its parent still runs fails it too', async () => {
  const { job } = await node.jobs.enqueue(
    act,
    { does: 'spawn', onFailure: 'fail', children: [{ does: 'throw' }, ...Array.from({ length: 30 }, () => ({}))] },
    node.by,
  )
  const done = await untilState(node, job.id, 'failed')
  expect(done.error?.code).toBe('child_failed')
})

describe('children in another queue, which may be on another server of a Cluster', () => {
  const input = z.strictObject({ fails: z.boolean().default(false), onFailure: z.enum(['fail', 'ignore']).optional() })
  const below = defineKind({ name: 'below', queue: 'checks', input })
  const above = defineKind({ name: 'above', queue: 'control', input })
  const gate = new EventEmitter()
  const opened = once(gate, 'open')
  const handlers = [
    handle(below, async (_run, { fails }) => {
      if (fails) throw new Error('as asked')
      await opened
    }),
    handle(above, async (run, { fails, onFailure = 'ignore' }) => {
      await run.spawn(below, { fails }, { onFailure: onFailure as OnFailure })
      return 'done'
    }),
  ]
  let other: Awaited<ReturnType<typeof createPlace>>
  let node: TestNode
  beforeAll(async () => {
    other = await createPlace()
    node = await other.start({ handlers })
  })
  afterAll(() => other.stop())

  test('the parent ends after them', async () => {
    const { job } = await node.jobs.enqueue(above, {}, node.by)
    const [child] = await eventually(async () => {
      const { items } = await node.jobs.list(other.tenantId, { parent_id: job.id }, { limit: 1 })
      return items[0]?.status === 'running' && items
    })
    expect((await node.jobs.find({ tenantId: other.tenantId, id: job.id })).status).toBe('running')
    gate.emit('open')
    const done = await untilState(node, job.id, 'completed')
    const ended = await node.jobs.find({ tenantId: other.tenantId, id: child?.id ?? '' })
    expect([ended.status, (ended.ended_at ?? '') <= (done.ended_at ?? '')]).toEqual(['completed', true])
  })

  test('the parent fails with a child that should fail it', async () => {
    const { job } = await node.jobs.enqueue(above, { fails: true, onFailure: 'fail' }, node.by)
    expect((await untilState(node, job.id, 'failed')).error?.code).toBe('child_failed')
  })
})
