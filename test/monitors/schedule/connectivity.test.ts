import { noOutcome } from '../../../src/monitors/checks/no-outcome'
import { Connectivity } from '../../../src/monitors/schedule/connectivity'
import { quietLog } from '../../support/parts'

const up = noOutcome('up', null)
const lost = noOutcome('down', { code: 'connection_timeout', message: 'The connection was not accepted in time' })
const refused = noOutcome('down', { code: 'connection_refused', message: 'The connection was refused' })

async function start() {
  const world = { works: true, now: 1_000_000 }
  const connectivity = new Connectivity({ log: quietLog, probe: async () => world.works, now: () => world.now })
  await connectivity.start()
  await new Promise(setImmediate)
  const of = (host: string, outcome = lost) => {
    world.now += 10
    return connectivity.isOffline(host, outcome)
  }
  return { world, of, stop: () => connectivity.stop() }
}

test('three unrelated hosts and the own probe that fail at once mean that this machine is offline', async () => {
  const { world, of, stop } = await start()
  world.works = false
  expect(await of('a.example:443')).toBe(false)
  expect(await of('a.example:443')).toBe(false)
  expect(await of('b.example:443')).toBe(false)
  expect(await of('c.example:443')).toBe(true)
  expect(await of('a.example:443')).toBe(true)
  expect(await of('d.example:443', up)).toBe(false)
  expect(await of('a.example:443')).toBe(false)
  await stop()
})

test('nothing is suppressed while the probe works, or a server refuses, or one answers', async () => {
  const { world, of, stop } = await start()
  for (const host of ['a:1', 'b:1', 'c:1', 'd:1']) expect(await of(host)).toBe(false)
  world.works = false
  for (const host of ['a:1', 'b:1', 'c:1', 'd:1']) expect(await of(host, refused)).toBe(false)
  await of('a:1', up)
  expect(await of('b:1')).toBe(false)
  expect(await of('c:1')).toBe(false)
  await stop()
})

test('hosts of this machine say nothing about its network', async () => {
  const { world, of, stop } = await start()
  world.works = false
  for (const host of ['127.0.0.1:1', '127.0.0.2:1', 'localhost:1', '[::1]:1']) expect(await of(host)).toBe(false)
  await of('127.0.0.1:80', up)
  for (const host of ['a:1', 'b:1']) await of(host)
  expect(await of('c:1')).toBe(true)
  await stop()
})

test('a probe that has not worked for a while is not believed', async () => {
  const { world, of, stop } = await start()
  world.works = false
  world.now += 11 * 60_000
  for (const host of ['a:1', 'b:1']) await of(host)
  expect(await of('c:1')).toBe(false)
  await stop()
})
