import { chown, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { type Child, startRedis } from '../../src/embedded'
import { databaseUrl } from '../support/databases'
import { quietLog } from '../support/parts'
import { createSmallDisk, describeSmallDisks, type SmallDisk } from '../support/small-disk'
import {
  createJob,
  createJobs,
  demoLines,
  difference,
  expectCompleteLog,
  getAttempts,
  getJob,
  getLog,
  handlerMessages,
  type Job,
} from './jobs'
import type { Node } from './node'
import { print, System, untilPart } from './system'
import { Viewer } from './viewer'

const STEP = { lines: 600, interval_ms: 5 }
/** Long enough to use up what is left of the pages that PostgreSQL already has. */
const LONG = Array.from({ length: 20 }, (_, i) => ({ name: `step ${i} `.padEnd(100, '.'), lines: 0 }))

describeSmallDisks()('full disks', () => {
  let system: System
  let redis: Child | undefined
  let disks: { postgres: SmallDisk; redis: SmallDisk }
  let web: Node
  let worker: Node

  beforeAll(async () => {
    system = await System.start({ webs: 0, workers: 0 })
    disks = { postgres: createSmallDisk(96), redis: createSmallDisk(16) }
    await moveDatabase(system.parts.postgres.url, disks.postgres.folder)
    const small = await startRedis({
      folder: join(disks.redis.folder, 'redis'),
      searchPath: process.env.PATH ?? '',
      log: quietLog,
    })
    redis = small.child
    const start = (role: 'web' | 'worker') => system.startNode(role, { REDIS_URL: small.url })
    ;[web, worker] = await Promise.all([start('web'), start('worker')])
  })

  afterAll(async () => {
    await system?.stop()
    await redis?.stop()
    for (const disk of Object.values(disks ?? {})) disk.remove()
  })

  /** Only the data: without space for its write-ahead log, PostgreSQL ends, which is like `kill -9` for its clients. */
  async function moveDatabase(url: string, disk: string) {
    const db = createDb(databaseUrl(url, 'postgres'), 1)
    try {
      const { rows } = await db.raw<{ rows: { data_directory: string }[] }>('SHOW data_directory')
      const owner = await stat(rows[0]?.data_directory ?? '')
      const folder = join(disk, 'data')
      await mkdir(folder)
      await chown(folder, owner.uid, owner.gid)
      await db.raw(`CREATE TABLESPACE small LOCATION '${folder}'`)
      await db.raw('ALTER DATABASE ?? SET TABLESPACE small', [new URL(url).pathname.slice(1)])
    } finally {
      await db.destroy()
    }
  }

  test('while the disk of PostgreSQL is full, changes are refused, and all that was accepted comes to its end', async () => {
    const running = await createJobs([web], 2, STEP)
    const viewers = running.map(({ id }) => new Viewer({ topic: `job:${id}`, at: () => web }))
    await Promise.all(viewers.map(viewer => viewer.until(() => viewer.lines.length >= 30)))
    await disks.postgres.fill()
    await untilPart(web, 'postgres', false)
    const { accepted, refusal } = await createUntilRefused()
    print(`jobs accepted on a full disk: ${accepted.length}`)
    expect(refusal).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(refusal.headers.get('retry-after')).toBe('2')
    expect((await getJob(web, running[0]?.id ?? '')).id).toBe(running[0]?.id) // what can be read is served
    await disks.postgres.empty()
    await Promise.all([web, worker].map(node => untilPart(node, 'postgres', true)))

    await Promise.all(viewers.map(viewer => viewer.done))
    for (const [i, { id }] of running.entries()) await expectDone(id, viewers[i] as Viewer)
    for (const { id } of accepted) await new Viewer({ topic: `job:${id}`, at: () => web }).done
    const { body } = await web.get<{ items: Job[] }>('/api/jobs?limit=200')
    const known = [...running, ...accepted].map(({ id }) => id)
    expect(body.items.map(({ id, status, attempt }) => `${id} ${status} ${attempt}`).sort()).toEqual(
      known.map(id => `${id} completed 1`).sort(),
    )
    expectAllRunning()
  })

  /** Until PostgreSQL needs more pages, jobs are accepted. */
  async function createUntilRefused() {
    const accepted: Job[] = []
    for (;;) {
      const refusal = await web.post<{ job: Job; code: string }>('/api/jobs', { kind: 'demo', input: { steps: LONG } })
      if (refusal.status !== 202) return { accepted, refusal }
      accepted.push(refusal.body.job)
    }
  }

  test('while the disk of Redis is full, jobs are accepted and run when there is space again', async () => {
    const running = await createJob(web, STEP)
    const viewer = new Viewer({ topic: `job:${running.id}`, at: () => web })
    await viewer.until(() => viewer.lines.length >= 30)
    await disks.redis.fill()
    await Promise.all([web, worker].map(node => untilPart(node, 'redis', false)))
    const accepted = await createJobs([web], 5, STEP)
    await disks.redis.empty()
    await Promise.all([web, worker].map(node => untilPart(node, 'redis', true)))

    const viewers = [viewer, ...accepted.map(({ id }) => new Viewer({ topic: `job:${id}`, at: () => web }))]
    await Promise.all(viewers.map(each => each.done))
    for (const [i, { id }] of [running, ...accepted].entries()) await expectDone(id, viewers[i] as Viewer)
    expectAllRunning()
  })

  async function expectDone(id: string, viewer: Viewer) {
    const logged = await getLog(web, id)
    expectCompleteLog(logged)
    expect(handlerMessages(logged, 1)).toEqual(demoLines(STEP.lines))
    expect(difference(viewer.lines, logged)).toBeUndefined()
    expect((await getAttempts(web, id)).map(({ outcome }) => outcome)).toEqual(['completed'])
  }

  const expectAllRunning = () => expect([web, worker].map(node => node.isRunning())).toEqual([true, true])
})
