import { newId } from '../../../src/base/ids'
import { rows } from '../../support/rows'
import { addReceiver, createSending, noticeOf, type Sender } from '../sending'

let place: Awaited<ReturnType<typeof createSending>>
let sender: Sender
beforeAll(async () => {
  place = await createSending()
  sender = await place.start({ works: false })
})
afterAll(() => place.stop())

const statusOf = async (ids: readonly string[]) => {
  const found = await rows<{ id: string; status: string; reason: string }>(
    sender.db,
    'SELECT id, status, reason FROM notifications WHERE id = ANY(?)',
    [ids],
  )
  const byId = new Map(found.map(row => [row.id, row]))
  return ids.map(id => byId.get(id)?.status)
}

test('a full queue leaves out what the next notice of the group repeats, then the newest that tell of no end', async () => {
  const hook = await addReceiver(sender, 'webhook', { url: 'http://127.0.0.1:9/' })
  const group = newId()
  const own = [
    noticeOf(sender, hook, group, { firing: ['a'] }),
    noticeOf(sender, hook, group, { firing: ['a', 'b'], reason: 'new_alerts' }),
    noticeOf(sender, hook, group, { resolved: ['a', 'b'], reason: 'all_resolved' }),
    noticeOf(sender, hook, group, { firing: ['c'] }),
  ]
  await sender.add(...own)
  const others = Array.from({ length: 997 }, () => noticeOf(sender, hook, newId(), { firing: ['x'] }))
  await sender.add(...others)
  const ids = own.map(({ id }) => id)
  expect(await statusOf(ids)).toEqual(['not_sent', 'pending', 'pending', 'pending'])
  expect(new Set(await statusOf(others.map(({ id }) => id)))).toEqual(new Set(['pending']))
  const late = noticeOf(sender, hook, newId(), { firing: ['y'] })
  await sender.add(late)
  expect(await statusOf([late.id])).toEqual(['not_sent'])
  const [job] = await rows(sender.db, 'SELECT id FROM jobs WHERE id = ?', [late.id])
  expect(job).toBeUndefined()
  const end = noticeOf(sender, hook, newId(), { resolved: ['w'], reason: 'all_resolved' })
  await sender.add(end)
  expect(await statusOf([end.id, others.at(-1)?.id ?? ''])).toEqual(['pending', 'not_sent'])
  const apart = await addReceiver(sender, 'webhook', { url: 'http://127.0.0.1:9/' })
  const fine = noticeOf(sender, apart, newId(), { firing: ['z'] })
  await sender.add(fine)
  expect(await statusOf([fine.id])).toEqual(['pending'])
})
