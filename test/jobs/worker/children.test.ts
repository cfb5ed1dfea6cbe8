import { EventEmitter, once } from 'node:events'
import { z } from 'zod'
import { defineKind, handle, type OnFailure } from '../../../src/jobs'
import type { TransitionItem } from '../../../src/jobs/lifecycle/transition-effect'
import type { Effect } from '../../../src/streams'
import { act, type Script, scripted, startedRuns } from '../kinds'
import { ACTOR, createPlace, entriesOf, eventually, type TestNode, untilState } from '../node'

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

describe('a parent that BullMQ fails before the failure of its child is stored', () => {
  const inner = { does: 'spawn', onFailure: 'fail', children: [{ does: 'throw', ms: 50 }] }
  const gate = new EventEmitter()
  const top = defineKind({ name: 'top', queue: 'demo', input: z.strictObject({ opens: z.string().nullable() }) })
  const handlers = [
    ...scripted,
    handle(top, async (run, { opens }) => {
      const opened = opens && once(gate, opens)
      await run.spawn(act, inner as Script, { onFailure: 'fail' })
      await opened
    }),
  ]
  let own: Awaited<ReturnType<typeof createPlace>>
  let node: TestNode
  let store: TestNode['streams']['commit']
  beforeAll(async () => {
    own = await createPlace()
    node = await own.start({ handlers, reconcileMs: 300 })
    store = node.streams.commit
  })
  afterEach(() => {
    node.streams.commit = store
  })
  afterAll(() => own.stop())

  const start = async (opens: string | null) => (await node.jobs.enqueue(top, { opens }, node.by)).job.id
  const middleOf = async (id: string) => {
    const { items } = await node.jobs.list(own.tenantId, { parent_id: id }, { limit: 1 })
    return items[0]
  }
  const isFailedInBull = async (id: string) => (await node.jobs.engine.queue('demo').getJob(id))?.isFailed() ?? false
  const failures = async () => {
    const events = await entriesOf(node, 'events')
    return events.flatMap(({ kind, data }) => (kind === 'job_failed' ? [data.data.job_id as string] : []))
  }

  /** Decides with `instead` about what is settled rather than reported by its run. */
  function onSettle(instead: (id: string, stored: () => Promise<unknown>) => Promise<unknown>) {
    node.streams.commit = ((effect: Effect<unknown, unknown>, item: Partial<TransitionItem>) =>
      item.change?.type === 'settle'
        ? instead(item.id ?? '', () => store(effect, item))
        : store(effect, item)) as typeof store
  }

  /** Holds the first attempt to store the middle job's failure until it is stored otherwise, or its parent's is. */
  function holdMiddle() {
    let isFirst = true
    onSettle(async (id, stored) => {
      const { parent_id } = await node.jobs.find({ tenantId: own.tenantId, id })
      if (parent_id && isFirst) {
        isFirst = false
        await eventually(async () => (await failures()).some(each => each === id || each === parent_id))
      }
      return stored()
    })
  }

  async function expectOrder(id: string) {
    await untilState(node, id, 'failed')
    const middle = (await middleOf(id))?.id
    await eventually(async () => (await failures()).includes(middle ?? ''))
    expect((await failures()).filter(each => each === id || each === middle)).toEqual([middle, id])
  }

  test('ends after that child when it waits for it', async () => {
    holdMiddle()
    await expectOrder(await start(null))
  })

  test('ends after that child when its handler returns later', async () => {
    holdMiddle()
    const id = await start('late')
    const middle = await eventually(() => middleOf(id))
    await eventually(() => isFailedInBull(middle.id))
    gate.emit('late')
    await expectOrder(id)
  })

  test('ends after that child when neither end could be stored at first', async () => {
    onSettle(() => Promise.reject(new Error('Not now')))
    const id = await start(null)
    await eventually(() => isFailedInBull(id))
    holdMiddle()
    await expectOrder(id)
  })
})

test('continue: the parent continues at once, while other children still run', async () => {
  const { job } = await parentOf('continue', [{ does: 'throw', ms: 50 }, { does: 'hang' }])
  await untilState(node, job.id, 'completed')
  const [slow, ...more] = (await childrenOf(job.id)).filter(({ status }) => status !== 'failed')
  expect([slow?.ended_at, more]).toEqual([null, []])
  await node.jobs.cancel({ tenantId: place.tenantId, id: slow?.id ?? '' }, { reason: 'seen', by: ACTOR })
  await untilState(node, slow?.id ?? '', 'cancelled')
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
