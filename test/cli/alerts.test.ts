import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, objectsIn } from './cli'

const parts = { apps: undefined as Awaited<ReturnType<typeof appsOnFreshParts>> | undefined }
let app: TestApp
let cli: CommandLine

beforeAll(async () => {
  parts.apps = await appsOnFreshParts()
  app = await parts.apps.start()
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
  const labels = { alertname: 'DiskFull', severity: 'critical', host: 'db-1' }
  const reply = await app.post('/api/v2/alerts', [{ labels, annotations: { summary: 'The disk is full' } }])
  expect(reply.status).toBe(200)
})

afterAll(async () => {
  await parts.apps?.stop()
  await cli.remove()
})

/** Runs a command until its output is as expected: alerts become incidents a moment after they were accepted. */
async function until(args: string[], isDone: (stdout: string) => boolean): Promise<string> {
  for (;;) {
    const { stdout } = await cli.run(args)
    if (isDone(stdout)) return stdout
  }
}

test('alerts are listed and filtered by matchers', async () => {
  const { stdout } = await cli.run(['alerts'])
  expect(stdout).toMatch(/^ALERT +SEVERITY +STATE/)
  expect(stdout).toMatch(/DiskFull +critical +firing .*host=db-1 +The disk is full/)
  expect(objectsIn((await cli.run(['alerts', 'host=~"db-.*"', '--json'])).stdout)).toHaveLength(1)
  expect(await cli.run(['alerts', 'host!=db-1'])).toMatchObject({ code: 0, stderr: 'No alerts match.\n' })
  expect(await cli.run(['alerts', 'host'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/A matcher looks/) })
})

test('an incident is found by its number, acknowledged and resolved', async () => {
  const listed = await until(['incidents', '--json'], stdout => stdout !== '')
  const [incident] = objectsIn(listed)
  expect(incident).toMatchObject({ status: 'open', severity: 'critical' })
  const number = String(incident?.number)
  const acknowledged = await cli.run(['ack', number, '--reason', 'on it'])
  expect(acknowledged.stdout).toMatch(new RegExp(`^#${number} .*: acknowledged\\n`))
  expect((await cli.run(['incidents'])).stdout).toMatch(/DiskFull.* acknowledged +1\/1/)
  expect((await cli.run(['ack', `#${number}`, '--resolve'])).stdout).toMatch(/: resolved\n/)
  expect(await cli.run(['ack', '999999'])).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/no incident #999999/),
  })
})

test('a silence mutes, is listed, and is ended', async () => {
  const created = await cli.run(['silence', 'alertname=DiskFull', '--for', '30m', '--comment', 'resizing', '--json'])
  const [silence] = objectsIn(created.stdout)
  expect(silence).toMatchObject({ state: 'active', comment: 'resizing' })
  expect((await cli.run(['silence'])).stdout).toMatch(/alertname="DiskFull" +active .* 1 .*resizing/)
  expect((await cli.run(['alerts'])).stdout).toMatch(/DiskFull +critical +silenced/)
  expect((await cli.run(['silence', '--end', String(silence?.id)])).code).toBe(0)
  expect((await cli.run(['silence'])).stderr).toBe('There are no silences.\n')
  const words = (await cli.run(['silence', 'alertname=DiskFull', '--comment', 'again'])).stdout
  expect(words).toMatch(/ mutes 1 firing alert until /)
  expect(await cli.run(['silence', 'a=b'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/comment/) })
})
