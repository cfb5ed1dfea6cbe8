import { createRevocations } from '../../src/access/revocations'
import { newId } from '../../src/base/ids'
import { createRedis } from '../../src/base/redis'
import { Bus } from '../../src/streams/bus'
import { quietLog, testRedisPrefix, testRedisUrl } from '../support/parts'
import { type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const deaf = { publish: () => undefined, subscribe: () => undefined }

test('what ended without a word is found among the open streams', async () => {
  const token = await site.tokenFor('viewer')
  const principal = await site.access.authenticate({ headers: { authorization: `Bearer ${token}` }, url: '/' } as never)
  const release = site.access.streamSlots.take(principal, '10.0.0.1') as () => void
  const ended: string[] = []
  const { credentials: watched } = site.access.streamSlots
  const revocations = createRevocations({ db: site.db, bus: deaf, log: quietLog, watched })
  revocations.onEnded(id => ended.push(id))
  await revocations.sweep()
  expect(ended).toEqual([])
  await site
    .db('api_tokens')
    .where({ id: principal.credentialId })
    .update({ expires_at: new Date(Date.now() - 1) })
  await revocations.sweep()
  expect(ended).toEqual([principal.credentialId])
  release()
  await revocations.sweep()
  expect(ended).toHaveLength(1)
})

test('messages that cannot be read do no harm', async () => {
  let say: (text: string) => void = () => undefined
  const bus = {
    ...deaf,
    subscribe(channel: string, listener: (text: string) => void) {
      if (channel === 'access:ended') say = listener
    },
  }
  const log = { ...quietLog, warn: jest.fn() }
  const revocations = createRevocations({ db: site.db, bus, log, watched: () => [] })
  const ended: string[] = []
  revocations.onEnded(id => ended.push(id))
  await revocations.start()
  for (const text of ['', '{', '{}', '["x"]', 'null']) say(text)
  expect(log.warn).toHaveBeenCalledTimes(5)
  const id = newId()
  say(JSON.stringify([id]))
  expect(ended).toEqual([id])
  revocations.stop()
})

test('a bus that fails does not fail the one who revokes', async () => {
  const bus = { ...deaf, publish: () => Promise.reject(new Error('away')) }
  const warned = new Promise<string>(resolve => {
    const revocations = createRevocations({ db: site.db, bus, log: { ...quietLog, warn: resolve }, watched: () => [] })
    revocations.tell([newId()])
  })
  expect(await warned).toMatch(/could not be told/)
})

test('processes tell each other through Redis, also when access starts before the bus', async () => {
  const redis = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog })
  const [here, there] = [new Bus(redis, quietLog), new Bus(redis, quietLog)]
  const [teller, hearer] = [here, there].map(bus =>
    createRevocations({ db: site.db, bus, log: quietLog, watched: () => [] }),
  )
  const heard = new Promise(resolve => hearer?.onEnded(resolve))
  await hearer?.start()
  await Promise.all([here.start(), there.start()])
  const id = newId()
  // until the subscription is there nobody hears, so it is said again
  const saying = setInterval(() => teller?.tell([id]), 20)
  expect(await heard).toBe(id)
  clearInterval(saying)
  hearer?.stop()
  await Promise.all([here.stop(), there.stop()])
})
