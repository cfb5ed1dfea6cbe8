import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Monitor, MonitorItem } from '../../src/contract/monitors'
import { type Site, startSite } from '../monitors/world'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, objectsIn } from './cli'

const parts = { apps: undefined as Awaited<ReturnType<typeof appsOnFreshParts>> | undefined }
let app: TestApp
let cli: CommandLine
let site: Site

beforeAll(async () => {
  parts.apps = await appsOnFreshParts()
  app = await parts.apps.start({ OUTBOUND_ALLOW: 'private' })
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
  site = await startSite()
})

afterAll(async () => {
  await site?.close()
  await parts.apps?.stop()
  await cli.remove()
})

beforeEach(() => app.post('/api/monitors/import?remove=true', { monitors: [] }))

async function file(text: string, name = 'monitors.yaml'): Promise<string> {
  const path = join(cli.folder, name)
  await writeFile(path, text)
  return path
}

const listed = async () =>
  ((await (await app.get('/api/monitors')).json()) as { items: MonitorItem[] }).items.map(({ name }) => name)
const monitors = (...args: string[]) => cli.run(['monitors', ...args])

const TWO = `
monitors:
  - {name: Home page, type: push, labels: {team: web}}
  - {name: Backup, type: push, interval_seconds: 3600}
`

test('a file is planned, applied, and then there is nothing to do', async () => {
  const path = await file(TWO)
  const plan = await monitors('plan', path)
  expect(plan).toEqual({ code: 7, stdout: '+ Home page\n+ Backup\n2 to create.\n', stderr: '' })
  expect(await monitors('apply', path, '--dry-run')).toEqual(plan)
  expect(await listed()).toEqual([])
  expect(await monitors('apply', path)).toMatchObject({ code: 2, stderr: expect.stringMatching(/Give --yes/) })
  expect(await listed()).toEqual([])
  const applied = await monitors('apply', path, '--yes')
  expect(applied).toMatchObject({ code: 0, stderr: expect.stringMatching(/shown only once/) })
  expect(applied.stdout).toMatch(/^\+ Home page\n\+ Backup\n2 to create\.\n2 created\.\nHome page: http.*\/push\/trp/)
  expect(await listed()).toEqual(['Backup', 'Home page'])
  expect(await monitors('plan', path)).toEqual({ code: 0, stdout: '2 unchanged.\n', stderr: '' })
  expect(await monitors('apply', path)).toMatchObject({ code: 0, stdout: '2 unchanged.\n' })
})

test('changes name their fields, removals need an option', async () => {
  await monitors('apply', await file(TWO), '--yes')
  const changed = await file('monitors: [{name: Backup, type: push, settings: {grace_seconds: 60}}]')
  const line = '~ Backup: interval_seconds, settings.grace_seconds\n'
  expect((await monitors('plan', changed)).stdout).toBe(`${line}1 to change.\n`)
  const removing = await monitors('apply', changed, '--remove', '--yes')
  expect(removing.stdout).toBe(`${line}- Home page\n1 to change, 1 to remove.\n1 changed, 1 removed.\n`)
  expect(await listed()).toEqual(['Backup'])
})

test('what is refused is named, and nothing is applied', async () => {
  const path = await file(
    'monitors: [{name: Good, type: push}, {name: Bad, type: http, target: x, settings: {method: A}}]',
  )
  const refused = await monitors('apply', path, '--yes')
  expect(refused).toMatchObject({ code: 1, stderr: '1 monitor refused: nothing is changed.\n' })
  expect(refused.stdout).toMatch(/^\+ Good\n! Bad\n {4}settings\.method: Invalid option.*\n1 to create, 1 refused\.\n$/)
  expect(await listed()).toEqual([])
})

test('a backup of Uptime Kuma is taken from standard input', async () => {
  const content = JSON.stringify([
    { id: 1, name: 'Web', type: 'http', url: 'http://127.0.0.1:9/', interval: 60, active: false, description: 'x' },
    { id: 2, name: 'Game', type: 'gamedig', hostname: 'example.org' },
  ])
  const args = ['monitors', 'apply', '-', '--format', 'uptime-kuma', '--yes']
  const { stdout, code } = await cli.run([...args, '--json'], { input: content })
  expect(code).toBe(0)
  expect(objectsIn(stdout)).toMatchObject(
    [{ dry_run: false, counts: { create: 1 }, left_out: [/Game.*gamedig/] }].map(withPatterns),
  )
  const again = await cli.run(args, { input: content })
  expect(again.stdout).toBe('Left out:\n  "Game" (gamedig): there is no such type here\n1 unchanged.\n')
})

const withPatterns = ({ left_out, ...report }: { left_out: RegExp[] }) => ({
  ...report,
  left_out: left_out.map(pattern => expect.stringMatching(pattern)),
})

test('what was exported can be applied again', async () => {
  await monitors('apply', await file(TWO), '--yes')
  const { stdout } = await monitors('export')
  expect(stdout).toBe(`version: 1
monitors:
- name: Backup
  type: push
  interval_seconds: 3600
- name: Home page
  type: push
  labels:
    team: web
`)
  expect((await monitors('plan', await file(stdout), '--remove')).code).toBe(0)
  const json = await monitors('export', '--json')
  expect(objectsIn(json.stdout)[0]).toMatchObject({ version: 1, monitors: [{ name: 'Backup' }, { name: 'Home page' }] })
  expect((await monitors('plan', await file(json.stdout, 'monitors.json'), '--remove')).code).toBe(0)
})

test('monitors are listed, shown, checked, paused and resumed by name', async () => {
  const fields = `interval_seconds: 3600, labels: {team: web}`
  await monitors('apply', await file(`monitors: [{name: Site, type: http, target: "${site.url}", ${fields}}]`), '--yes')
  const checked = await monitors('check', 'Site')
  expect(checked).toMatchObject({ code: 0, stderr: expect.stringMatching(/Job .* completed/) })
  expect(checked.stdout).toMatch(/INFO .*\n== ✓ completed/)
  expect((await monitors()).stdout).toMatch(/^MONITOR +STATUS .*\nSite +up .* http .*127\.0\.0\.1.* team=web\n$/)
  expect((await monitors('--label', 'team=db')).stderr).toBe('No monitors match.\n')
  expect(objectsIn((await monitors('--status', 'up', '--type', 'http', '--q', 'sit', '--json')).stdout)).toHaveLength(1)
  expect((await monitors('show', 'Site')).stdout).toMatch(/Name: +Site\nStatus: +up for [\s\S]*Labels: +team=web\n/)
  expect((await monitors('pause', 'Site', '--reason', 'moves')).stdout).toBe('Site paused\n')
  const [shown] = objectsIn((await monitors('show', 'Site', '--json')).stdout) as unknown as Monitor[]
  expect(shown).toMatchObject({ name: 'Site', status: 'paused' })
  expect((await monitors('resume', shown?.id ?? '')).stdout).toMatch(/^Site (pending|up)\n$/)
})

test.each([
  [['show', 'Nothing'], 4, /no monitor "Nothing"/],
  [['pause'], 2, /Say which/],
  [['delete', 'x'], 2, /Say what to do/],
  [['apply', '/nowhere.yaml', '--yes'], 2, /cannot be read/],
  [['apply', '-', '--json'], 2, /give --yes/],
  [['plan', '-', '--format', 'nagios'], 2, /--format must be tailrace, uptime-kuma, gatus/],
  [['plan', '-'], 2, /content: Too small/],
])('monitors %j fails with %d', async (args, code, message) => {
  expect(await cli.run(['monitors', ...args])).toMatchObject({ code, stderr: expect.stringMatching(message) })
})

test('two monitors of one name are told apart by their ids', async () => {
  for (const _ of [1, 2]) await app.post('/api/monitors', { name: 'Twin', type: 'push' })
  expect(await monitors('show', 'Twin')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Several .*\n {2}[0-9a-f-]{36}/),
  })
})
