import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StubEngine } from '../../load/agents/stub-engine'
import { CommandLine } from '../cli/cli'
import { ProtocolServer } from './protocol-server'

let command: CommandLine
let folder: string
let server: ProtocolServer
let engine: StubEngine

beforeAll(async () => {
  command = await CommandLine.install()
})

afterAll(() => command.remove())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-'))
  server = await ProtocolServer.start()
  engine = await StubEngine.start(join(folder, 'engine.sock'))
  await writeFile(join(folder, 'token'), `${server.token}\n`)
})

afterEach(async () => {
  expect(server.faults).toEqual([])
  await server.close()
  await engine.down()
  await rm(folder, { recursive: true, force: true })
})

const start = (...more: string[]) =>
  command.start(
    ['agent', '--url', server.url, '--token-file', join(folder, 'token'), '--data', join(folder, 'data'), ...more],
    { DOCKER_HOST: `unix://${engine.socket}` },
  )

test('kill -9, at any moment, loses no line and doubles none', async () => {
  const web = engine.run('web')
  const texts: string[] = []
  const log = setInterval(() => {
    texts.push(`line ${texts.length}`)
    engine.log(web, texts.at(-1) ?? '')
  }, 3)
  for (let round = 1; round <= 4; round++) {
    const agent = start()
    const seen = server.lines('web').length
    await server.until(() => server.hellos.length === round && server.lines('web').length > seen + 50)
    if (round === 2) server.isSilent = true // what is sent now is only in the spool
    if (round === 2) await server.until(() => server.heartbeats.at(-1)?.backlog !== 0)
    agent.process.kill('SIGKILL')
    await agent.ended
    server.isSilent = false
  }
  clearInterval(log)
  const agent = start()
  await server.until(() => server.lines('web').length >= texts.length)
  agent.process.kill('SIGTERM')
  expect(await agent.ended).toMatchObject({ code: 0 })
  expect([...server.lines('web')].sort()).toEqual([...texts].sort())
})

test('the key is readable for nobody else, and a second agent does not use the same folder', async () => {
  const agent = start()
  await server.until(() => server.hellos.length === 1)
  const { mode } = statSync(join(folder, 'data'))
  expect(mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'data/identity.json')).mode & 0o777).toBe(0o600)
  const second = await start().ended
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('Another agent uses the data folder') })
  agent.process.kill('SIGINT')
  expect(await agent.ended).toMatchObject({ code: 0 })
  expect(existsSync(join(folder, 'data/lock'))).toBe(false)
})

test('what is wrong is said at once', async () => {
  const fails = async (args: string[], code: number, text: string) =>
    expect(await start(...args).ended).toMatchObject({ code, stderr: expect.stringContaining(text) })
  await fails(['--allow', 'exec'], 2, '--allow takes start, stop, restart')
  await fails(['--engine', 'tcp://127.0.0.1:2375'], 1, 'is not a Unix socket')
  await writeFile(join(folder, 'token'), 'wrong')
  await fails([], 1, 'The server did not accept the enrolment (401): The token is not valid.')
})
