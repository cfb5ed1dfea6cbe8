import type { Schedule } from '../../src/contract/schedules'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, demo, objectsIn } from './cli'

const parts = { apps: undefined as Awaited<ReturnType<typeof appsOnFreshParts>> | undefined }
let app: TestApp
let cli: CommandLine

beforeAll(async () => {
  parts.apps = await appsOnFreshParts()
  app = await parts.apps.start()
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
})

afterAll(async () => {
  await parts.apps?.stop()
  await cli.remove()
})

const read = async (id: string) => (await (await app.get(`/api/schedules/${id}`)).json()) as Schedule

test('a schedule is created, listed, paused, resumed, run and deleted, by its name', async () => {
  const timing = ['--cron', '0 8 * * 1-5', '--timezone', 'Europe/Berlin']
  const created = await cli.run(['schedule', 'create', 'each morning', 'demo', demo({ lines: 1 }), ...timing])
  expect(created).toMatchObject({ code: 0, stderr: '' })
  const id = created.stdout.trim()
  expect(await read(id)).toMatchObject({ name: 'each morning', timezone: 'Europe/Berlin', overlap: 'skip' })
  const { stdout } = await cli.run(['schedules', '--q', 'morning'])
  expect(stdout).toMatch(/^NAME +STATE +NEXT/)
  expect(stdout).toMatch(/each morning +active .*At 08:00, Monday through Friday \(Europe\/Berlin\)/)
  expect(await cli.run(['schedule', 'pause', 'each morning', '--reason', 'holidays'])).toMatchObject({ code: 0 })
  expect((await read(id)).state).toBe('paused')
  expect((await cli.run(['schedule', 'resume', id])).stdout).toBe(`${id}\n`)
  expect((await read(id)).state).toBe('active')
  const job = (await cli.run(['schedule', 'run', 'each morning'])).stdout.trim()
  expect((await read(id)).last_job_id).toBe(job)
  expect(objectsIn((await cli.run(['schedules', '--json'])).stdout)).toHaveLength(2)
  expect((await cli.run(['schedule', 'delete', 'each morning'])).code).toBe(0)
  expect((await app.get(`/api/schedules/${id}`)).status).toBe(404)
})

test('an interval is given with its unit', async () => {
  const options = ['--every', '90s', '--overlap', 'queue', '--catch-up', 'none', '--paused', '--json']
  const { stdout } = await cli.run(['schedule', 'create', 'often', 'demo', demo({}), ...options])
  const expected = { every_seconds: 90, overlap: 'queue', catch_up: 'none', state: 'paused' }
  expect(objectsIn(stdout)[0]).toMatchObject(expected)
})

test.each([
  [['create', 'x'], 2, /what to create/],
  [['create', 'x', 'demo', demo({}), '--every', 'often'], 2, /--every must be a time/],
  [['create', 'x', 'demo', demo({}), '--cron', '0 0 31 2 *'], 2, /cron: This cron expression never comes due/],
  [['create', 'x', 'demo', demo({})], 2, /cron: Give every_seconds or cron/],
  [['start', 'x'], 2, /Say what to do/],
  [['pause', 'nothing'], 4, /no schedule "nothing"/],
  [['delete', 'retention'], 1, /The program keeps this schedule/],
])('schedule %j fails with %d', async (args, code, message) => {
  expect(await cli.run(['schedule', ...args])).toMatchObject({ code, stderr: expect.stringMatching(message) })
})
