import { newId } from '../../src/base/ids'
import { bulkAction } from '../../src/jobs/builtins/bulk-action'
import bulkActionHandler from '../../workers/bulk-action'
import { act, scripted } from '../jobs/kinds'
import { freshPlace, reaches, type TestNode } from '../jobs/node'

let place: Awaited<ReturnType<typeof freshPlace>>
let node: TestNode
beforeAll(async () => {
  place = await freshPlace()
  node = await place.start({ handlers: [...scripted, bulkActionHandler] })
})
afterAll(() => place.stop())

const ref = (id: string) => ({ tenantId: place.tenantId, id })

test('a bulk retry is about the jobs that had failed when it was asked for, whatever fails or is retried meanwhile', async () => {
  const make = (ms: number) => node.jobs.enqueue(act, { does: 'throw', ms }, node.by)
  const [failed, retried, slow] = await Promise.all([make(0), make(0), make(400)])
  for (const { job } of [failed, retried]) await reaches(node, job.id, 'failed')
  const input = { action: 'retry' as const, filter: { kind: ['act'] }, reason: 'again', up_to: newId() }
  await node.jobs.retry(ref(retried.job.id), node.by.createdBy)
  for (const { job } of [retried, slow]) await reaches(node, job.id, 'failed')
  const { job } = await node.jobs.enqueue(bulkAction, input, node.by)
  const counts = { total: 1, done: 1, failed: 0, skipped: 0 }
  expect(await reaches(node, job.id, 'completed')).toMatchObject({ result: counts, progress: counts })
  await reaches(node, failed.job.id, 'failed')
  const attempts = [failed, retried, slow].map(async each => (await node.jobs.find(ref(each.job.id))).attempt)
  expect(await Promise.all(attempts)).toEqual([2, 2, 1])
})
