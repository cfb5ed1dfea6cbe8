import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { isAlive } from '../../src/embedded/process-table'
import { eventually } from '../support/programs'
import { rows } from '../support/rows'
import { processesNaming, serverPids, Workbench, withRedis } from './folder'

const bench = new Workbench()
beforeAll(() => bench.prepare())
afterEach(() => bench.clean())

/** Writes a value to both servers, or reads what a previous run wrote. */
async function visit(urls: Record<string, string>, leave: boolean) {
  const db = createDb(urls.databaseUrl ?? '', 1)
  const socket = (urls.redisUrl ?? '').slice('unix://'.length)
  try {
    if (leave) await db.raw(`create table kept as select 'häßlich 🎏' as mark`)
    if (leave) await withRedis(socket, client => client.set('kept', 'yes'))
    const [row] = await rows<{ mark: string }>(db, 'select mark from kept')
    return { row: row?.mark, key: await withRedis(socket, client => client.get('kept')) }
  } finally {
    await db.destroy()
  }
}

const KEPT = { row: 'häßlich 🎏', key: 'yes' }

test('keeps its data after a stop, and leaves no processes behind', async () => {
  const dataDir = await bench.folder()
  const first = bench.start(dataDir)
  expect(await visit(await first.ready, true)).toEqual(KEPT)
  first.process.kill('SIGTERM')
  expect(await first.ended).toMatchObject({ code: 0 })
  expect(processesNaming(dataDir)).toEqual([])
  await expect(stat(join(dataDir, 'lock'))).rejects.toThrow('ENOENT')
  const second = bench.start(dataDir)
  expect(await visit(await second.ready, false)).toEqual(KEPT)
})

test('stops the servers after kill -9 of the main process', async () => {
  const dataDir = await bench.usedFolder()
  const program = bench.start(dataDir)
  await program.ready
  const pids = await serverPids(dataDir)
  program.process.kill('SIGKILL')
  await eventually(async () => !(await isAlive(pids.redis)) && !(await isAlive(pids.postgres)), 'both servers end')
  await eventually(() => processesNaming(dataDir).length === 0, 'nothing is left behind')
})

test('starts at once after kill -9, with everything that was written', async () => {
  const dataDir = await bench.usedFolder()
  const first = bench.start(dataDir)
  expect(await visit(await first.ready, true)).toEqual(KEPT)
  first.process.kill('SIGKILL')
  await first.ended
  const second = bench.start(dataDir)
  expect(await visit(await second.ready, false)).toEqual(KEPT)
})

test('restarts a crashed server', async () => {
  const dataDir = await bench.usedFolder()
  const urls = await bench.start(dataDir).ready
  expect(await visit(urls, true)).toEqual(KEPT)
  const before = await serverPids(dataDir)
  process.kill(before.redis, 'SIGKILL')
  process.kill(before.postgres, 'SIGKILL')
  const again = async () => {
    const now = await serverPids(dataDir).catch(() => before)
    return now.redis !== before.redis && now.postgres !== before.postgres
  }
  await eventually(again, 'both servers run again')
  await eventually(async () => (await visit(urls, false).catch(() => undefined)) !== undefined, 'both take connections')
  expect(await visit(urls, false)).toEqual(KEPT)
})

test('lets no one else connect', async () => {
  const dataDir = await bench.usedFolder()
  const urls = await bench.start(dataDir).ready
  expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(dataDir, 'redis'))).mode & 0o777).toBe(0o700)
  const password = await readFile(join(dataDir, 'postgres-password'), 'utf8')
  const db = createDb((urls.databaseUrl ?? '').replace(password, 'guess'), 1)
  await expect(db.raw('select 1')).rejects.toThrow('password authentication failed')
  await db.destroy()
})
