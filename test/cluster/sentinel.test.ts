import type { RedisServer } from '../support/redis'
import { type Sentinels, startSentinels } from '../support/sentinels'
import { createJobs } from '../system/jobs'
import { Load, STEP } from '../system/load'
import { print, System, untilPart } from '../system/system'

let sentinels: Sentinels
let system: System

beforeAll(async () => {
  sentinels = await startSentinels()
  await sentinels.untilReady()
  const env = { REDIS_URL: sentinels.url, JOB_LOCK_MS: '3000', WORKER_CONCURRENCY: '4' }
  system = await System.start({ webs: 1, workers: 2, env })
  system.secrets.push(...sentinels.secrets)
})

afterAll(async () => {
  await system?.stop()
  await sentinels?.stop()
})

/** Which failure of the master, and how the old master comes back. */
const FAILURES: [string, (master: RedisServer) => Promise<unknown>, (master: RedisServer) => Promise<unknown>][] = [
  ['dies', master => master.kill(), master => master.start()],
  ['hangs', async master => master.signal('SIGSTOP'), async master => master.signal('SIGCONT')],
  ['becomes a replica', () => sentinels.failOver(), async () => undefined],
]

test.each(FAILURES)(
  'when the master %s and Sentinels choose its replica, jobs go on and no line is lost or repeated',
  async (name, fail, recover) => {
    const master = await sentinels.current()
    if (!master) throw new Error('The Sentinels do not agree on a master')
    const load = new Load(system)
    await load.begin()
    await fail(master)
    await load.watch(await createJobs(system.webs, 4, STEP)) // accepted during the failover
    await sentinels.untilOther(master)
    for (const part of ['redis', 'bus']) await Promise.all(system.nodes.map(node => untilPart(node, part, true)))
    await recover(master)
    print(`attempts after the master ${name}: ${(await load.expectAllDone()).join(' ')}`)
    for (const node of system.nodes) {
      expect(node.isRunning()).toBe(true)
      expect(node.output()).not.toContain('because of a bug')
    }
    await sentinels.untilReady()
  },
)
