import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { ROOT } from '../../src/config'
import { isAlive } from '../../src/embedded/process-table'
import { processesNaming, Workbench } from '../embedded/folder'
import { type Ending, eventually, type Program, startProgram } from '../support/programs'

const bench = new Workbench()
const programs: Program[] = []
const NPM: [string, ...string[]] = ['npm', 'start']
const SHELL: [string, ...string[]] = ['sh', '-c', 'npm start; exit $?']
const NODE: [string, ...string[]] = [process.execPath, 'scripts/start.mjs']

afterEach(async () => {
  for (const { process, ended } of programs.splice(0)) {
    process.kill('SIGTERM')
    await ended
  }
  await bench.clean()
})

async function start(command: [string, ...string[]], env: Record<string, string> = {}) {
  const dataDir = env.DATA_DIR ?? (await bench.usedFolder())
  const HOME = process.env.HOME ?? ''
  const program = startProgram(command, { HOME, PORT: '0', DATA_DIR: dataDir, ...env }, { cwd: ROOT })
  programs.push(program)
  return { ...program, dataDir }
}

/** The error of a start that must fail, without a stack trace. */
async function refusal(env: Record<string, string>): Promise<string> {
  const { ended, dataDir } = await start(NODE, env)
  const { code, stderr }: Ending = await ended
  expect(code).toBe(1)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(processesNaming(dataDir)).toEqual([])
  return stderr
}

/** The process that locks the data folder is the server itself, whatever started it. */
const holder = async (dataDir: string) => JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')).pid

describe('npm start', () => {
  test('serves on its first run, and stops with all its children when npm gets a signal', async () => {
    const program = await start(NPM, { DATA_DIR: await bench.folder() })
    const { url } = await program.ready
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
    expect(processesNaming(program.dataDir)).toEqual([])
  })

  test('stops cleanly together with npm when the server itself gets a signal', async () => {
    const program = await start(SHELL)
    await program.ready
    process.kill(await holder(program.dataDir), 'SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
    expect(processesNaming(program.dataDir)).toEqual([])
  })

  test('handles Ctrl-C once, although npm forwards the signal; neither installs nor builds the second time', async () => {
    const program = await start(NODE)
    await program.ready
    program.process.kill('SIGINT')
    program.process.kill('SIGINT')
    const { code, stderr } = await program.ended
    expect(code).toBe(0)
    expect(stderr).not.toMatch(/Installing|Building/)
  })

  test('starts again after kill -9', async () => {
    const first = await start(NODE)
    await first.ready
    const pid = await holder(first.dataDir)
    process.kill(pid, 'SIGKILL')
    await eventually(async () => !(await isAlive(pid)), 'it is gone')
    const second = await start(NODE, { DATA_DIR: first.dataDir })
    const { url } = await second.ready
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
})

describe('continues without its output', () => {
  test('when its reader is gone', async () => {
    const program = await start(['sh', '-c', 'exec "$0" scripts/start.mjs 2>&1', process.execPath])
    const { url } = await program.ready
    program.process.stdout?.destroy()
    for (let asked = 0; asked < 20; asked++) expect((await fetch(`${url}/no-such-page`)).status).toBe(404)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
  })

  test('when its disk is full', async () => {
    const port = await freePort()
    const full = ['sh', '-c', 'exec "$0" scripts/start.mjs > /dev/full 2>&1', process.execPath] as const
    const program = await start([...full], { PORT: String(port) })
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200
    await eventually(isReady, 'it serves')
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

describe('a start that cannot succeed says what to do', () => {
  test('a port in use', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(await refusal({ PORT: String(port) })).toContain(`Port ${port} on 127.0.0.1 is already in use`)
    server.close()
  })

  test('all invalid settings', async () => {
    const said = await refusal({ PORT: 'eighty', REDIS_URL: 'http://x', LOG_LEVEL: 'loud' })
    for (const name of ['PORT', 'REDIS_URL', 'LOG_LEVEL']) expect(said).toContain(name)
  })

  test('an unreachable Redis or PostgreSQL', async () => {
    const port = 1 // reserved, nothing listens there
    const [redis, postgres] = await Promise.all([
      refusal({ REDIS_URL: `redis://:s3cret@127.0.0.1:${port}` }),
      refusal({ DATABASE_URL: `postgres://me:s3cret@127.0.0.1:${port}/mine` }),
    ])
    expect(redis).toContain('correct REDIS_URL')
    expect(postgres).toContain('correct DATABASE_URL')
    expect(redis + postgres).not.toContain('s3cret')
  })
})
