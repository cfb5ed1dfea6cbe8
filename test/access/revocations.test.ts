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

const silentBus = { publish: () => undefined, subscribe: () => undefined }

test('a credential that ended without an announcement is found among the open streams', async () => {
  const token = await site.tokenFor('viewer')
  const principal = await site.access.authenticate({ headers: { authorization: `Bearer ${token}` }, url: '/' } as never)
  const release = site.access.streamSlots.take(principal, '10.0.0.1') as () => void
  const ended: string[] = []
  const { credentials: openStreams } = site.access.streamSlots
  const revocations = createRevocations({ db: site.db, bus: silentBus, log: quietLog, openStreams })
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

test('unreadable messages are logged and ignored', async () => {
  let say: (text: string) => void = () => undefined
  const bus = {
    ...silentBus,
    subscribe(channel: string, listener: (text: string) => void) {
      if (channel === 'access:ended') say = listener
    },
  }
  const log = { ...quietLog, warn: jest.fn() }
  const revocations = createRevocations({ db: site.db, bus, log, openStreams: () => [] })
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

test('a failing bus does not fail the revocation', async () => {
  const bus = { ...silentBus, publish: () => Promise.reject(new Error('away')) }
  const warned = new Promise<string>(resolve => {
    const revocations = createRevocations({
      db: site.db,
      bus,
      log: { ...quietLog, warn: resolve },
      openStreams: () => [],
    })
    revocations.announceEnded([newId()])
  })
  expect(await warned).toMatch(/Cannot announce/)
})

test('processes reach each other through Redis, even if access starts before the bus', async () => {
  const redis = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog })
  const [here, there] = [new Bus(redis, quietLog), new Bus(redis, quietLog)]
  const [sender, receiver] = [here, there].map(bus =>
    createRevocations({ db: site.db, bus, log: quietLog, openStreams: () => [] }),
  )
  const received = new Promise(resolve => receiver?.onEnded(resolve))
  await receiver?.start()
  await Promise.all([here.start(), there.start()])
  const id = newId()
  // Repeated, because nothing arrives before the subscription is active.
  const repeating = setInterval(() => sender?.announceEnded([id]), 20)
  expect(await received).toBe(id)
  clearInterval(repeating)
  receiver?.stop()
  await Promise.all([here.stop(), there.stop()])
})
