import { spawnSync } from 'node:child_process'
import { chown, mkdir, readdir, readFile, readlink, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { createRedis, whenReady } from '../../src/base/redis'
import { ROOT } from '../../src/config'
import { quietLog } from '../support/parts'
import { eventually, makeZombie, type Zombie } from '../support/programs'
import { rows } from '../support/rows'
import { Workbench, withRedis } from './folder'

const bench = new Workbench()
beforeAll(() => bench.prepare())
afterEach(() => bench.clean())

/** The error of a start that must fail, which must not contain a stack trace. */
async function refusal(dataDir: string, env?: Record<string, string>, user?: { uid: number; gid: number }) {
  const { code, stderr } = await bench.start(dataDir, env, user).ended
  expect(code).toBe(1)
  expect(stderr).not.toMatch(/^\s+at /m)
  return stderr
}

/** Queries both servers. */
async function visit({ redisUrl = '', databaseUrl = '' }: Record<string, string>) {
  const client = createRedis({ url: redisUrl, prefix: 'test', log: quietLog }).connect('command')
  const db = createDb(databaseUrl, 1)
  try {
    await whenReady(client, 60_000)
    const [row] = await rows<{ one: number }>(db, 'select 1 as one')
    return [await client.ping(), row?.one]
  } finally {
    client.disconnect()
    await db.destroy()
  }
}

describe('one process per folder', () => {
  test('the second start names the first process and what to do', async () => {
    const dataDir = await bench.usedFolder()
    const first = bench.start(dataDir)
    const { redisUrl } = await first.ready
    const said = await refusal(dataDir)
    expect(said).toContain(`process ${first.pid}`)
    expect(said).toContain('DATA_DIR=')
    expect(await withRedis(new URL(String(redisUrl)).pathname, client => client.ping())).toBe('PONG')
  })

  test('one of several simultaneous starts succeeds', async () => {
    const dataDir = await bench.folder()
    const all = Array.from({ length: 4 }, () => bench.start(dataDir))
    const outcomes = await Promise.allSettled(all.map(({ ready }) => ready))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
  })

  test('takes over the lock of a process that is gone, has lost its number, or was interrupted by a loss of power', async () => {
    const dataDir = await bench.usedFolder()
    const reused = JSON.stringify({ pid: process.pid, started: 'long ago' })
    const gone = JSON.stringify({ pid: 2 ** 22 - 1, started: 'x' })
    for (const lock of [reused, gone, '']) {
      await writeFile(join(dataDir, 'lock'), lock)
      const program = bench.start(dataDir)
      await program.ready
      expect(JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8'))).toHaveProperty('pid', program.pid)
      program.process.kill('SIGTERM')
      await program.ended
    }
  })
})

describe('the pid of a zombie', () => {
  let zombie: Zombie
  beforeEach(async () => {
    zombie = await makeZombie()
  })
  afterEach(() => zombie.release())

  test('does not lock the folder', async () => {
    const dataDir = await bench.usedFolder()
    await writeFile(join(dataDir, 'lock'), zombie.identity)
    await bench.start(dataDir).ready
  })

  test('does not keep PostgreSQL from starting', async () => {
    const dataDir = await bench.usedFolder()
    const first = bench.start(dataDir)
    await first.ready
    const notes = ['postgres/data/postmaster.pid', 'postgres/run/.s.PGSQL.5432.lock'].map(each => join(dataDir, each))
    const kept = await Promise.all(notes.map(note => readFile(note, 'utf8')))
    first.process.kill('SIGTERM')
    await first.ended
    const { uid, gid } = await stat(join(dataDir, 'postgres/data'))
    for (const [at, note] of notes.entries()) {
      await writeFile(note, String(kept[at]).replace(/^\d+/, String(zombie.pid)), { mode: 0o600 })
      await chown(note, uid, gid)
    }
    await bench.start(dataDir).ready
  })
})

describe('the data folder', () => {
  test('starts over if the first run was interrupted', async () => {
    const dataDir = await bench.folder()
    await mkdir(join(dataDir, 'postgres/data.new/base'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/data.new/PG_VERSION'), '18\n')
    await writeFile(join(dataDir, 'postgres-password.new'), 'half')
    await bench.start(dataDir).ready
    expect(await readdir(join(dataDir, 'postgres'))).not.toContain('data.new')
  })

  test.each([
    ['the lock', /^lock$/],
    ['the socket of Redis', /^redis\/redis\.sock$/],
    ['the folder of PostgreSQL', /^postgres$/],
    ['the first file of its data', /^postgres\/data\.new.*\/PG_VERSION$/],
    ['its finished data', /^postgres\/data$/],
    ['its socket', /^postgres\/run\/\.s/],
  ])('starts after kill -9 in the first run, while there was %s', async (_what, path) => {
    const dataDir = await bench.folder()
    const first = bench.start(dataDir)
    const paths = () => readdir(dataDir, { recursive: true }).catch(() => [])
    await eventually(async () => (await paths()).some(each => path.test(each)), `${path} exists`)
    first.process.kill('SIGKILL')
    await first.ended
    await bench.start(dataDir).ready
  })

  test('creates the folder and its parents', async () => {
    await bench.start(join(await bench.folder(), 'a/b')).ready
  })

  test('reports that a folder cannot be created, even if the system claims that its parent is missing', async () => {
    expect(await refusal('/proc/tailrace/data')).toContain('DATA_DIR=')
    expect(await refusal(process.execPath)).toContain('DATA_DIR=')
  })

  test('does not touch a folder with other data', async () => {
    const dataDir = await bench.folder()
    await mkdir(join(dataDir, 'postgres/data'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/data/novel.txt'), 'Chapter one')
    expect(await refusal(dataDir)).toContain('is not a PostgreSQL data folder')
    expect(await readdir(join(dataDir, 'postgres/data'))).toEqual(['novel.txt'])
  })

  test('names the version that created the data', async () => {
    const dataDir = await bench.folder()
    await mkdir(join(dataDir, 'postgres/data'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/data/PG_VERSION'), '9\n')
    expect(await refusal(dataDir)).toMatch(/created by PostgreSQL 9; this Tailrace bundles PostgreSQL \d+/)
  })

  test('reports a password that does not belong to the data', async () => {
    const dataDir = await bench.usedFolder()
    await rm(join(dataDir, 'postgres-password'))
    expect(await refusal(dataDir)).toContain('postgres-password')
  })

  test('reports a path that is not a folder', async () => {
    const file = join(await bench.folder(), 'file')
    await writeFile(file, '')
    expect(await refusal(file)).toContain('DATA_DIR=')
    expect(await refusal(join(file, 'below'))).toContain('DATA_DIR=')
  })
})

describe('locations', () => {
  test('a path that is too long for a socket works, also again after kill -9', async () => {
    const dataDir = await bench.usedFolder('long-'.repeat(20), 'and-longer')
    const first = bench.start(dataDir)
    const { redisUrl, databaseUrl } = await first.ready
    first.process.kill('SIGKILL')
    const second = bench.start(dataDir)
    expect(await second.ready).toEqual({ redisUrl, databaseUrl })
    expect(String(redisUrl).length).toBeLessThan(104)
    second.process.kill('SIGTERM')
    await second.ended
    const sockets = [new URL(String(redisUrl)).pathname.replace(/\/redis.sock$/, '')]
    sockets.push(new URL(String(databaseUrl)).searchParams.get('host') ?? '')
    for (const folder of sockets) await rmdir(folder)
  })

  // Short enough for the socket of PostgreSQL to be in the folder.
  test.each([
    `my 'own' "däta" $HOME %41/数据 😀`,
    'a,b/ "b"/why?/one#two/100%/`id` $(id) ;&|/[::1]/-D',
    'a&b=c/at@host:5432/back\\slash/ lead, end /{a,b}*/~',
  ])('a path with %j works, also again after a restart', async name => {
    const dataDir = join(await bench.folder(), name)
    const first = bench.start(dataDir)
    expect(await visit(await first.ready)).toEqual(['PONG', 1])
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0 })
    expect(await visit(await bench.start(dataDir).ready)).toEqual(['PONG', 1])
  })

  test('a path with a line break or another control character is refused', async () => {
    for (const name of ['two\nlines', 'bell\x07']) {
      expect(await refusal(join(await bench.folder(), name))).toMatch(/DATA_DIR.*control character/s)
    }
  })

  test('a path that exceeds the limit is refused with what to do', async () => {
    const said = await refusal(join(await bench.folder(), ...Array.from({ length: 12 }, () => 'x'.repeat(100))))
    expect(said).toMatch(/^DATA_DIR is longer than 900 bytes.*DATA_DIR=/)
  })

  test('a temporary folder that is also too long for a socket is not used', async () => {
    const dataDir = await bench.usedFolder('x'.repeat(100))
    const TMPDIR = join(await bench.folder(), 'y'.repeat(100))
    await mkdir(TMPDIR)
    const { redisUrl } = await bench.start(dataDir, { TMPDIR }).ready
    expect(redisUrl).toMatch(/^unix:\/\/\/tmp\/tailrace-[0-9a-f]{16}\/redis\.sock$/)
  })

  test('without a Redis program the error says how to get one', async () => {
    const said = await refusal(await bench.folder(), { PATH: '/nonexistent' })
    expect(said).toContain('apt-get install redis-server')
    expect(said).toContain('docker compose up')
    expect(said).toContain('REDIS_URL')
  })
})

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stderr.write('Skipped: what root does (this run is not by root)\n')
const asRoot = isRoot ? describe : describe.skip
asRoot('as root', () => {
  const NOBODY = { uid: 65_534, gid: 65_534 }

  test('a folder that only root can enter works and keeps its data, which a copy of the folder does not use', async () => {
    const dataDir = await bench.folder(0o700)
    const first = bench.start(dataDir)
    await first.ready
    const system = await readFile(join(dataDir, 'postgres/data/postmaster.opts'), 'utf8')
    expect(system).not.toContain(dataDir)
    expect(await userOf(dataDir)).not.toBe('0')
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0 })
    await bench.start(dataDir).ready
    const copy = await bench.folder(0o700)
    await symlink(await readlink(join(dataDir, 'postgres')), join(copy, 'postgres'))
    expect(await refusal(copy)).toContain(`belongs to ${dataDir}`)
    await rm(join(copy, 'postgres'))
  })

  /** The user id that PostgreSQL runs as. */
  async function userOf(dataDir: string) {
    const pid = Number.parseInt(await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return /^Uid:\s+(\d+)/m.exec(status)?.[1]
  }

  const isReachable = isRoot && canReach(NOBODY)
  if (isRoot && !isReachable) process.stderr.write('Skipped: an ordinary user (only root may enter this clone)\n')
  const testNobody = isReachable ? test : test.skip
  testNobody('an ordinary user is told when the folder cannot be written', async () => {
    const dataDir = join(await bench.folder(0o755), 'data')
    await mkdir(dataDir, { mode: 0o755 })
    const said = await refusal(dataDir, {}, NOBODY)
    expect(said).toContain('DATA_DIR=')
    expect(said).toContain('permission denied')
  })

  /** A user without a name, as in containers. */
  const NAMELESS = { uid: 54_321, gid: 54_321 }
  testNobody('a user without a name is told so, too', async () => {
    const dataDir = await bench.folder(0o755)
    expect(await refusal(dataDir, {}, NAMELESS)).toMatch(/writable for user id 54321.*DATA_DIR=/s)
    await chown(dataDir, NAMELESS.uid, NAMELESS.gid)
    expect(await refusal(dataDir, {}, NAMELESS)).toMatch(/user ID 54321.*DATABASE_URL/s)
  })
})

function canReach(user: { uid: number; gid: number }): boolean {
  const files = [process.execPath, join(ROOT, 'package.json')]
  return files.every(file => spawnSync('test', ['-r', file], user).status === 0)
}
