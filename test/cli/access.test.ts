import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { closeSites, httpSite } from '../support/sites'
import { CommandLine, demo, objectsIn, type Result } from './cli'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let cli: CommandLine

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})

beforeEach(async () => {
  cli = await CommandLine.install({ TAILRACE_URL: app.url })
})

afterEach(() => Promise.all([cli.remove(), closeSites()]))
afterAll(() => parts.stop())

const configFile = () => join(cli.folder, 'home/.config/tailrace/config.json')
const showsToken = ({ stdout, stderr }: Result) => (stdout + stderr).includes(app.token)

test('login saves the token privately, other commands use it, logout deletes it', async () => {
  expect((await cli.run(['whoami'])).code).toBe(3)
  const signedIn = await cli.run(['login'], { input: `${app.token}\n` })
  expect(signedIn).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('(admin)') })
  expect(showsToken(signedIn)).toBe(false)
  expect((await stat(configFile())).mode & 0o777).toBe(0o600)
  const me = await cli.run(['whoami', '--json'], { env: { TAILRACE_URL: '' } })
  expect(objectsIn(me.stdout)[0]).toMatchObject({ url: app.url, role: 'admin', token_from: configFile() })
  expect(showsToken(me)).toBe(false)
  expect((await cli.run(['jobs'])).code).toBe(0)
  expect((await cli.run(['logout'])).code).toBe(0)
  expect((await cli.run(['whoami'])).code).toBe(3)
  expect((await cli.run(['logout'])).code).toBe(4)
})

test('login refuses an invalid token and saves nothing', async () => {
  const refused = await cli.run(['login'], { input: 'wrong-wrong-wrong-wrong' })
  expect(refused.code).toBe(3)
  expect(refused.stderr).not.toContain('wrong-wrong')
  expect((await cli.run(['login'], { input: 'two\nlines' })).code).toBe(3)
  expect((await cli.run(['login'], { input: '' })).code).toBe(3)
  await expect(stat(configFile())).rejects.toThrow('ENOENT')
})

test('a config file that others can read or that is invalid is refused, without showing its content', async () => {
  await cli.run(['login'], { input: app.token })
  await chmod(configFile(), 0o644)
  const open = await cli.run(['jobs'])
  expect(open).toMatchObject({ code: 3, stderr: expect.stringContaining('chmod 600') })
  await chmod(configFile(), 0o600)
  await writeFile(configFile(), `{"tokens": {"x": "${app.token}"`)
  const broken = await cli.run(['jobs'])
  expect(broken.code).toBe(3)
  expect(showsToken(open) || showsToken(broken)).toBe(false)
})

test('a saved token is only sent to its own server', async () => {
  await cli.run(['login'], { input: app.token })
  const seen: unknown[] = []
  const { port } = await httpSite((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(307, { location: `${app.url}/api/jobs` }).end()
  })
  const elsewhere = await cli.run(['jobs', '--url', `http://127.0.0.1:${port}`])
  expect(elsewhere).toMatchObject({ code: 5, stderr: expect.stringContaining('redirects to') })
  expect(seen).toEqual([undefined])
})

test('the admin token of a local server is used if there is no other token', async () => {
  const data = join(cli.folder, '.data')
  await mkdir(data)
  await writeFile(join(data, 'admin-token'), `${app.token}\n`, { mode: 0o600 })
  const me = await cli.run(['whoami', '--json'])
  expect(objectsIn(me.stdout)[0]).toMatchObject({ token_from: join(data, 'admin-token') })
  expect((await cli.run(['whoami'], { env: { TAILRACE_TOKEN: 'wrong-wrong-wrong-wrong' } })).code).toBe(3)
  expect((await cli.run(['whoami'], { env: { DATA_DIR: join(cli.folder, 'other') } })).code).toBe(3)
  // It is not sent to other addresses: the request is refused without a token, or fails to connect.
  const { stderr } = await cli.run(['whoami', '--url', app.url.replace('127.0.0.1', '0.0.0.0')])
  expect(stderr).toMatch(/No token was sent|cannot be reached/)
})

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stderr.write('Skipped: a user without a home folder (requires root)\n')
const testAsRoot = isRoot ? test : test.skip
testAsRoot('commands work without a home folder, and login says what it needs to save a token', async () => {
  await chmod(cli.folder, 0o755)
  const user = { uid: 54_321, gid: 54_321 }
  const env = { HOME: undefined, DATA_DIR: '/nowhere' }
  expect(await cli.run(['whoami'], { env, user })).toMatchObject({ code: 3, stderr: expect.stringContaining('login') })
  const login = await cli.run(['login'], { env, user, input: app.token })
  expect(login).toMatchObject({ code: 1, stderr: expect.stringContaining('Set HOME or XDG_CONFIG_HOME') })
})

test.each([
  ['UTF-8', (text: string) => Buffer.from(text)],
  ['UTF-16', (text: string) => Buffer.from(text, 'utf16le')],
])('a token in %s with a byte order mark is accepted, by login and in the admin token file', async (_what, encode) => {
  const bytes = encode(`\ufeff${app.token}\r\n`)
  const env = { XDG_CONFIG_HOME: join(cli.folder, 'marked') }
  expect(await cli.run(['login', '--url', app.url], { env, input: bytes })).toMatchObject({ code: 0 })
  const data = join(cli.folder, 'marked-data')
  await mkdir(data, { recursive: true })
  await writeFile(join(data, 'admin-token'), bytes, { mode: 0o600 })
  const own = { XDG_CONFIG_HOME: join(cli.folder, 'nothing'), DATA_DIR: data }
  expect((await cli.run(['whoami'], { env: own })).code).toBe(0)
})

test.each([
  [['jobs', '--token', 'my-secret-token-here']],
  [['jobs', '--token=my-secret-token-here']],
  [['--token=my-secret-token-here', 'jobs']],
  [['--token', 'my-secret-token-here', 'jobs']],
  [['login', '--password=my-secret-token-here']],
])('a token in an argument is refused and not repeated: %j', async args => {
  const { code, stdout, stderr } = await cli.run(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('TAILRACE_TOKEN')
  expect(stderr).not.toContain('my-secret')
})

test('an address with a password is refused', async () => {
  expect((await cli.run(['jobs', '--url', 'http://me:hush@127.0.0.1'])).code).toBe(2)
})

test('neither ps nor the output shows the token', async () => {
  const running = cli.start(['run', 'demo', demo({ lines: 200, interval_ms: 5 }), '--wait', '--json'], {
    TAILRACE_TOKEN: app.token,
  })
  if (process.platform === 'linux') {
    const args = await readFile(`/proc/${running.process.pid}/cmdline`, 'utf8')
    expect(args).toContain('--wait')
    expect(args).not.toContain(app.token)
  }
  const result = await running.ended
  expect(result.code).toBe(0)
  expect(showsToken(result)).toBe(false)
})
