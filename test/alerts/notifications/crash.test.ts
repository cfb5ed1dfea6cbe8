import { newId } from '../../../src/base/ids'
import { eventually } from '../../jobs/node'
import { compileProgram, type Program, startProgram } from '../../support/programs'
import { addReceiver, createSending, noticeOf, type Sender, stored } from '../sending'
import { answer, hang, startTarget, type Target } from '../target'

let program: string
let place: Awaited<ReturnType<typeof createSending>>
/** Adds, but sends nothing itself. */
let web: Sender
let target: Target
const started: Program[] = []

async function startProcess(): Promise<Program> {
  const process = startProgram([globalThis.process.execPath, program], { PLACE: JSON.stringify(place.place) })
  started.push(process)
  await process.ready
  return process
}

beforeAll(async () => {
  program = await compileProgram('test/alerts/notifications/sender-process.ts')
  place = await createSending()
  web = await place.start({ works: false })
})
afterAll(async () => {
  for (const { process } of started) process.kill('SIGKILL')
  await place.stop()
})
beforeEach(async () => {
  target = await startTarget()
})
afterEach(() => target.stop())

const isSent = async (id: string) => (await stored(web, id)).status === 'sent'

test('kill -9 between sending and storing: the same key comes again, and nothing overtakes it', async () => {
  const first = await startProcess()
  const hook = await addReceiver(web, 'webhook', { url: target.url })
  target.answers(hang)
  const groupId = newId()
  const firing = noticeOf(web, hook, groupId, { firing: ['a'] })
  const resolved = noticeOf(web, hook, groupId, { resolved: ['a'], reason: 'all_resolved' })
  await web.add(firing, resolved)
  await target.gets(1)
  first.process.kill('SIGKILL')
  await first.ended
  target.answers(answer(200))
  await startProcess()
  const claim = await stored(web, firing.id)
  expect(claim).toMatchObject({ status: 'pending', attempt_count: 1, attempts: [] })
  // the claim of the dead process holds everything back until it ends
  await web.db.raw("UPDATE notifications SET claimed_until = now() - interval '1 s' WHERE id = ?", [firing.id])
  await eventually(async () => {
    await web.notifications.sweep(0)
    return isSent(resolved.id)
  })
  expect(target.received.map(({ key }) => key)).toEqual([firing.id, firing.id, resolved.id])
})

test('two processes and a receiver with moods: each key is accepted once, and the order of each group is kept', async () => {
  await startProcess()
  const hook = await addReceiver(web, 'webhook', { url: target.url })
  const accepted: string[] = []
  let count = 0
  target.answers((response, { key, ...rest }) => {
    const isBad = ++count % 7 === 0
    if (!isBad) accepted.push(key)
    answer(isBad ? 500 : 200)(response, { key, ...rest })
  })
  const groups = Array.from({ length: 12 }, () => newId())
  const sent = groups.map(group => [
    noticeOf(web, hook, group, { firing: ['a'] }),
    noticeOf(web, hook, group, { firing: ['a', 'b'], reason: 'new_alerts' }),
    noticeOf(web, hook, group, { resolved: ['a', 'b'], reason: 'all_resolved' }),
  ])
  for (const list of sent) await web.add(...list)
  const all = sent.flat().map(({ id }) => id)
  await eventually(async () => (await Promise.all(all.map(isSent))).every(Boolean))
  expect([...accepted].sort()).toEqual([...all].sort())
  for (const list of sent) {
    const ids = list.map(({ id }) => id)
    expect(accepted.filter(key => ids.includes(key))).toEqual(ids)
  }
})
