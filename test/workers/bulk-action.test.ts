import { newId } from '../../src/base/ids'
import type { Jobs } from '../../src/jobs'
import { bulkAction } from '../../src/jobs/builtins/bulk-action'
import bulkActionHandler from '../../workers/bulk-action'
import { act, scripted } from '../jobs/kinds'
import { createPlace, entriesOf, eventually, type TestNode, untilState } from '../jobs/node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: [...scripted, bulkActionHandler], queues: ['demo'] })
})
afterAll(() => place.stop())

const ref = (id: string) => ({ tenantId: place.tenantId, id })

test('a bulk retry covers the jobs that had failed when it was requested, whatever fails or is retried meanwhile', async () => {
  const make = (ms: number) => node.jobs.enqueue(act, { does: 'throw', ms }, node.by)
  const [failed, retried] = await Promise.all([make(0), make(0)])
  for (const { job } of [failed, retried]) await untilState(node, job.id, 'failed')
  const slow = await make(1_000) // fails only after the request, also on a slow machine
  const input = { action: 'retry' as const, filter: { kind: ['act'] }, reason: 'again', up_to: newId() }
  await node.jobs.retry(ref(retried.job.id), node.by.createdBy)
  for (const { job } of [retried, slow]) await untilState(node, job.id, 'failed')
  const worker = await place.start({ handlers: [bulkActionHandler], queues: ['control'] })
  const { job } = await node.jobs.enqueue(bulkAction, input, node.by)
  const counts = { total: 1, done: 1, failed: 0, skipped: 0 }
  expect(await untilState(node, job.id, 'completed')).toMatchObject({ result: counts, progress: counts })
  await worker.stop()
  await untilState(node, failed.job.id, 'failed')
  const attempts = [failed, retried, slow].map(async each => (await node.jobs.find(ref(each.job.id))).attempt)
  expect(await Promise.all(attempts)).toEqual([2, 2, 1])
})

const TO_CANCEL = 60

/** The handler fails once, right after action number `at`; what is not in PostgreSQL by then is gone. */
function failingOnce(action: 'cancel' | 'retry' | 'remove', at: number, meanwhile?: () => Promise<unknown>) {
  const ids: string[] = []
  const work: typeof bulkActionHandler.work = (run, input, deps) => {
    const { jobs } = deps as { jobs: Jobs }
    const act = async (job: { tenantId: string; id: string }, by: never) => {
      await jobs[action](job, by)
      if (ids.push(job.id) !== at) return
      await meanwhile?.()
      throw new Error('lost')
    }
    return bulkActionHandler.work(run, input, { jobs: Object.assign(Object.create(jobs), { [action]: act }) })
  }
  return { ids, handler: { ...bulkActionHandler, work } }
}

async function runBulk(action: 'cancel' | 'retry' | 'remove', ids: string[], handler: typeof bulkActionHandler) {
  const worker = await place.start({ handlers: [handler], queues: ['control'] })
  const input = { action, filter: { ids }, reason: 'enough', up_to: newId() }
  const { job } = await worker.jobs.enqueue(bulkAction, input, worker.by)
  const { result, attempt } = await untilState(worker, job.id, 'completed')
  expect(attempt).toBe(2)
  const events = (await entriesOf(worker, `job:${job.id}`)).filter(({ kind }) => kind === 'progress')
  await worker.stop()
  return { result, done: events.map(({ data }) => data.progress.done as number) }
}

test('a bulk action that restarts in the middle of a page counts every job once and skips none', async () => {
  const made: string[] = []
  for (let i = 0; i < TO_CANCEL; i++)
    made.push((await node.jobs.enqueue(act, { value: i }, { ...node.by, delayMs: 3_600_000 })).job.id)
  const last = ref(made.at(-1) ?? '')
  const byHand = () => node.jobs.cancel(last, { reason: 'by hand', by: node.by.createdBy })
  const { ids, handler } = failingOnce('cancel', TO_CANCEL - 5, byHand)
  const { result, done } = await runBulk('cancel', made, handler)
  expect(result).toEqual({ total: TO_CANCEL, done: TO_CANCEL - 1, failed: 0, skipped: 1 })
  expect(ids).toEqual(made.slice(0, -1))
  expect(done).toEqual([...done].sort((a, b) => a - b))
})

test('jobs that were retried and failed again are not retried again', async () => {
  const make = () => node.jobs.enqueue(act, { does: 'throw' }, node.by)
  const made = (await Promise.all([make(), make(), make()])).map(({ job }) => job.id).sort()
  for (const id of made) await untilState(node, id, 'failed')
  const failedAgain = async () => {
    for (const id of made.slice(0, 2))
      await eventually(async () => {
        const { status, attempt } = await node.jobs.find(ref(id))
        return status === 'failed' && attempt === 2
      })
  }
  const { ids, handler } = failingOnce('retry', 2, failedAgain)
  const { result } = await runBulk('retry', made, handler)
  expect(result).toEqual({ total: 3, done: 3, failed: 0, skipped: 0 })
  expect(ids).toEqual(made)
})

test('jobs removed before a restart count as removed', async () => {
  const make = () => node.jobs.enqueue(act, {}, node.by)
  const made = (await Promise.all([make(), make(), make()])).map(({ job }) => job.id).sort()
  for (const id of made) await untilState(node, id, 'completed')
  const { handler } = failingOnce('remove', 2)
  const { result, done } = await runBulk('remove', made, handler)
  expect(result).toEqual({ total: 3, done: 3, failed: 0, skipped: 0 })
  expect(done).toEqual([...done].sort((a, b) => a - b))
})
