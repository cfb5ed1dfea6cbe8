import { containerOf, enroll, hostRecord, inventoryRecord, logRecord, TestAgent } from '../agents/server/test-agent'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, objectsIn } from './cli'

const parts = { apps: undefined as Awaited<ReturnType<typeof appsOnFreshParts>> | undefined }
let app: TestApp
let cli: CommandLine
let agent: TestAgent
let beat: ReturnType<typeof setInterval>
const web = containerOf('web', { image: 'shop/web:1' })
const database = containerOf('postgres', { protected: true })

beforeAll(async () => {
  parts.apps = await appsOnFreshParts()
  app = await parts.apps.start()
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
  agent = await TestAgent.connect(app, await enroll(app, 'build-01'))
  beat = setInterval(() => agent.heartbeat(), HEARTBEAT_MS)
  await agent.store(
    inventoryRecord([web, database]),
    hostRecord(agent.now()),
    { t: 'containers', at: agent.now(), samples: { web: { ...NOTHING, cpu: 12.5, memory: 2 ** 20 } } },
    logRecord(web, ['first', 'ERROR: second']),
  )
})

/** Commands take their time on a busy machine. */
const HEARTBEAT_MS = 1_000
const NOTHING = { memory_limit: null, rx: null, tx: null, read: null, write: null, pids: null }

afterAll(async () => {
  clearInterval(beat)
  await agent?.cut()
  await parts.apps?.stop()
  await cli.remove()
})

test('containers are listed with what they use', async () => {
  const { code, stdout } = await cli.run(['containers'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^CONTAINER +STATE/)
  expect(stdout).toMatch(/\nweb +running +\d+[sm] +12\.5% +1\.0 MiB +build-01 /)
  const found = objectsIn((await cli.run(['containers', '--agent', 'build-01', '--q', 'postgres', '--json'])).stdout)
  expect(found).toMatchObject([{ name: 'postgres', protected: true }])
  expect((await cli.run(['containers', '--status', 'exited'])).stderr).toMatch(/No containers match/)
})

test('the log of a container is shown, found by its name or with its machine', async () => {
  const { code, stdout } = await cli.run(['logs', 'web'])
  expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 2 })
  expect(stdout).toMatch(/INFO {2}first\n.*ERROR ERROR: second\n$/)
  expect((await cli.run(['logs', 'build-01/web', '--level', 'error'])).stdout).not.toMatch(/first/)
  expect(await cli.run(['logs', 'nothing'])).toMatchObject({ code: 4, stderr: expect.stringMatching(/no container/) })
})

test('a restart needs a reason, waits for its end and says it', async () => {
  expect(await cli.run(['restart', 'web'])).toMatchObject({ code: 2 })
  const running = cli.run(['restart', 'web', '--reason', 'slow', '--grace', '3'])
  const [command] = await agent.commands(1)
  expect(command).toMatchObject({ action: 'restart', container: 'web', reason: 'slow', grace_seconds: 3 })
  await agent.store({
    ...{ t: 'result', at: agent.now(), command_id: command?.id ?? '', status: 'failed', code: 'timeout' },
    ...{ message: 'it did not end', container: web },
  })
  expect(await running).toMatchObject({
    code: 1,
    stdout: 'restart web on build-01: failed (timeout, it did not end)\n',
  })
})

test('a protected container needs its name', async () => {
  const refused = await cli.run(['stop', 'postgres', '--reason', 'maintenance'])
  expect(refused.code).not.toBe(0)
  const asked = await cli.run(['stop', 'postgres', '--reason', 'maintenance', '--confirm', 'postgres', '--no-wait'])
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^stop postgres: asked for, job /) })
})
