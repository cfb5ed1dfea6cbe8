import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../src/base/root'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { closeSites, deadPort, httpSite } from '../support/sites'
import { CommandLine, demo, objectsIn } from './cli'

const UNKNOWN = '01990000-0000-7000-8000-000000000000'
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

/** Runs a job to its end. @returns its id */
async function endedJob(step: Record<string, unknown> = {}): Promise<string> {
  const { stdout } = await cli.run(['run', 'demo', demo({ lines: 2, ...step }), '--wait', '--json'])
  return String(objectsIn(stdout)[0]?.id)
}

describe('run', () => {
  test('prints only the id', async () => {
    const { code, stdout, stderr } = await cli.run(['run', 'demo', demo({})])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/)
    expect((await app.get(`/api/jobs/${stdout.trim()}`)).status).toBe(200)
  })

  test('--each creates a job per line, and prints their ids in order', async () => {
    const input = `${demo({ name: 'one' })}\n\n${demo({ name: 'two' })}\n`
    const { code, stdout } = await cli.run(['run', 'demo', '--each', '-'], { input })
    expect(code).toBe(0)
    const ids = stdout.trim().split('\n')
    const found = await Promise.all(ids.map(async id => (await app.get(`/api/jobs/${id}`)).json()))
    expect(found).toMatchObject([{ input: { steps: [{ name: 'one' }] } }, { input: { steps: [{ name: 'two' }] } }])
    const wrong = await cli.run(['run', 'demo', '--each', '-'], { input: `${demo({})}\nnot JSON\n` })
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Line 2 is not valid JSON') })
  })

  test.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['little-endian UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['big-endian UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ])('accepts input in %s, from a file and from standard input', async (_what, encode) => {
    const bytes = encode(demo({ lines: 1, name: 'größe' }))
    const file = join(cli.folder, 'marked.json')
    await writeFile(file, bytes)
    const fromFile = await cli.run(['run', 'demo', `@${file}`, '--wait'])
    const fromInput = await cli.run(['run', 'demo', '-', '--wait'], { input: bytes })
    for (const { code, stdout } of [fromFile, fromInput]) {
      expect(code).toBe(0)
      expect(stdout).toContain('[größe]')
    }
  })

  test('refuses input in another encoding, from a file and from standard input', async () => {
    const bytes = Buffer.from(demo({ lines: 1, name: 'größe' }), 'latin1')
    const file = join(cli.folder, 'latin1.json')
    await writeFile(file, bytes)
    const fromFile = await cli.run(['run', 'demo', `@${file}`])
    const fromInput = await cli.run(['run', 'demo', '-'], { input: bytes })
    for (const { code, stdout, stderr } of [fromFile, fromInput]) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('Save it as UTF-8')
    }
    expect(fromFile.stderr).toContain(file)
  })

  test('accepts key=value, a file and standard input', async () => {
    const file = join(cli.folder, 'input.json')
    await writeFile(file, demo({ lines: 3 }))
    const steps = JSON.parse(demo({ lines: 3 })).steps
    const given = await Promise.all([
      cli.run(['run', 'demo', `steps=${JSON.stringify(steps)}`, '--json']),
      cli.run(['run', 'demo', `@${file}`, '--json']),
      cli.run(['run', 'demo', '-', '--json'], { input: demo({ lines: 3 }) }),
    ])
    for (const { code, stdout } of given) {
      expect(code).toBe(0)
      expect(objectsIn(stdout)[0]).toMatchObject({ event: 'job', kind: 'demo', input: { steps: [{ lines: 3 }] } })
    }
  })

  test('--wait shows the log and exits with the outcome of the job', async () => {
    const good = await cli.run(['run', 'demo', demo({ lines: 3 }), '--wait'])
    expect(good.code).toBe(0)
    expect(good.stdout.match(/pump worker 1 line \d of 3/g)).toHaveLength(3)
    expect(good.stdout.trimEnd().endsWith('== ✓ completed: 3 lines')).toBe(true)
    expect(good.stderr).toMatch(/^✓ 3 lines\nJob [0-9a-f-]{36} completed after /)
    const bad = await cli.run(['run', 'demo', demo({ lines: 2, fail_rate: 1 }), '--wait'])
    expect(bad.code).toBe(1)
    expect(bad.stderr).toMatch(/^✗ Worker 1 of pump failed as asked.*\nJob [0-9a-f-]{36} failed after /)
  })

  test('--wait exits with 1 if the job is cancelled', async () => {
    const running = cli.start(['run', 'demo', demo({ lines: 10_000, interval_ms: 20 }), '--wait'])
    await running.says(/line 1 of/)
    const { stdout } = await cli.run(['jobs', '--status', 'running', '--json'])
    const { code, stdout: said } = await cli.run(['cancel', String(objectsIn(stdout)[0]?.id), '--reason', 'enough'])
    expect(code).toBe(0)
    expect(said).toMatch(/^[0-9a-f-]{36} /)
    expect(await running.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('cancelled') })
  })

  test('--key creates one job for two commands; --delay, --priority and --reason are sent', async () => {
    const args = ['run', 'demo', demo({}), '--key', 'k1', '--delay', '3600', '--priority', '7', '--reason', 'later']
    const [a, b] = [await cli.run([...args, '--json']), await cli.run([...args, '--json'])]
    expect(objectsIn(a.stdout)[0]).toMatchObject({ status: 'scheduled', priority: 7, reason: 'later' })
    expect(objectsIn(b.stdout)[0]?.id).toBe(objectsIn(a.stdout)[0]?.id)
  })
})

test('a health check takes an address without its scheme', async () => {
  const port = await deadPort()
  for (const address of [`127.0.0.1:${port}/health?a=1`, `url=127.0.0.1:${port}/health?a=1`]) {
    const { stdout, stderr } = await cli.run(['run', 'health-check', address, 'timeout_ms=5000', '--wait', '--json'])
    const url = `http://127.0.0.1:${port}/health?a=1`
    expect(objectsIn(stdout).at(-1)).toMatchObject({ input: { url }, status: 'completed', outcome: { level: 'bad' } })
    expect(stderr).toBe('')
  }
})

test('an unknown command or kind is answered with the one that was meant', async () => {
  const command = await cli.run(['job-s'])
  expect(command).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "jobs"?') })
  const kind = await cli.run(['run', 'health-chek', 'url=http://127.0.0.1/'])
  expect(kind).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "health-check"?') })
  const other = await cli.run(['run', 'nonsense'])
  expect(other.stderr).toMatch(/^There is no kind "nonsense"\. Kinds: .*demo/)
})

describe('jobs, job, retry', () => {
  test('jobs lists and filters, and says if there are more', async () => {
    const id = await endedJob({ fail_rate: 1 })
    const failed = await cli.run(['jobs', '--status', 'failed', '--kind', 'demo', '--q', 'as asked', '--since', '1h'])
    expect(failed.code).toBe(0)
    expect(failed.stdout).toMatch(/^ID +STATUS +OUTCOME +TITLE +AGE +RAN +TRY +KIND\n/)
    expect(failed.stdout).toMatch(
      new RegExp(`^${id} +✗ failed +Worker 1 of pump failed as asked.* pump · 2 lines`, 'm'),
    )
    const bad = await cli.run(['jobs', '--outcome', 'bad', '--json'])
    expect(objectsIn(bad.stdout).map(job => job.id)).toContain(id)
    const one = await cli.run(['jobs', '--limit', '1', '--json'])
    expect(objectsIn(one.stdout)).toHaveLength(1)
    expect(one.stderr).toContain('--limit')
    expect(await cli.run(['jobs', '--q', 'no such thing'])).toMatchObject({ code: 0, stdout: '' })
  })

  test('job shows a job, retry runs it again', async () => {
    const id = await endedJob({ fail_rate: 1 })
    const { stdout } = await cli.run(['job', id])
    expect(stdout).toMatch(/^Title: +pump · 2 lines\nOutcome: +✗ Worker 1 of pump failed as asked/m)
    expect(stdout).toMatch(/^Status: +failed$/m)
    expect(stdout).toMatch(/^Why: +Worker 1 of pump failed as asked/m)
    expect(stdout).toMatch(/^pump +failed +\d+/m)
    expect(stdout).toContain(`${app.url}/jobs/${id}`)
    expect(objectsIn((await cli.run(['job', id, '--json'])).stdout)[0]).toMatchObject({ id, status: 'failed' })
    expect(await cli.run(['retry', id, '--reason', 'again'])).toMatchObject({ code: 0, stdout: `${id} pending\n` })
    expect((await cli.run(['tail', 'job', id, '--exit-status'])).code).toBe(1)
  })
})

test('pause stops a queue, queues shows why, resume starts it', async () => {
  expect(await cli.run(['pause', 'demo', '--reason', 'too loud'])).toMatchObject({ code: 0, stdout: 'demo paused\n' })
  const { stdout } = await cli.run(['queues'])
  expect(stdout).toMatch(/^demo +paused .*too loud$/m)
  const queues = objectsIn((await cli.run(['queues', '--json'])).stdout)
  expect(queues.find(({ name }) => name === 'demo')).toMatchObject({ paused: true })
  expect(await cli.run(['resume', 'demo', '--reason', 'fine'])).toMatchObject({ code: 0, stdout: 'demo open\n' })
})

test('retention shows what is kept for how long', async () => {
  const { code, stdout } = await cli.run(['retention'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^TARGET +KEPT FOR +OLDEST/m)
  const [answer] = objectsIn((await cli.run(['retention', '--json'])).stdout)
  const policies = answer?.policies as { target: string }[]
  expect(policies.length).toBeGreaterThan(0)
  for (const { target } of policies) expect(stdout).toMatch(new RegExp(`^${target} +(\\d|not kept)`, 'm'))
})

test('retention reports a server without retention', async () => {
  const { port } = await httpSite((_request, response) => void response.writeHead(404).end('{}'))
  const { code, stdout, stderr } = await cli.run(['retention', '--url', `http://127.0.0.1:${port}`])
  await closeSites()
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toMatch(/too old to support retention/)
})

test('version and help work without a server', async () => {
  const env = { TAILRACE_URL: 'no address' }
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  expect(await cli.run(['version'], { env })).toEqual({ code: 0, stdout: `tailrace ${version}\n`, stderr: '' })
  const { code, stdout } = await cli.run(['help'], { env })
  expect(code).toBe(0)
  const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(match => match[1] as string)
  expect(names).toEqual(
    expect.arrayContaining(['run', 'jobs', 'job', 'tail', 'cancel', 'retry', 'queues', 'retention']),
  )
  const documented = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
  for (const name of names) {
    const [help, flag] = await Promise.all([cli.run(['help', name]), cli.run([name, '--help'])])
    expect(help).toEqual(flag)
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining(`Usage: tailrace ${name}`) })
    expect(documented).toContain(`tailrace ${name}`)
  }
})

describe('exit codes', () => {
  const wrong = [
    [],
    ['nonsense'],
    ['run'],
    ['jobs', 'extra'],
    ['jobs', '--nope'],
    ['jobs', '--limit', '0'],
    ['jobs', '--status', 'sleeping'],
    ['job', 'not-an-id'],
    ['cancel', UNKNOWN],
    ['run', 'demo', 'no-value'],
    ['run', 'demo', '{broken'],
    ['run', 'demo', 'steps=[broken'],
    ['run', 'demo', '@/no/such/file'],
    ['run', 'demo', 'steps=5'],
    ['run', 'no-such-kind'],
    ['tail'],
    ['tail', 'job'],
    ['tail', 'service', 'kitchen'],
    ['tail', 'events', '--lines', 'few'],
    ['tail', 'events', '--exit-status'],
    ['jobs', '--url', 'ftp://x'],
  ]
  test.each(wrong.map(args => [args]))('2 for wrong usage: %j', async args => {
    const { code, stdout, stderr } = await cli.run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stderr.length).toBeGreaterThan(10)
  })

  test('2 shows the faults that the server reports', async () => {
    const { stderr } = await cli.run(['run', 'demo', demo({ lines: -1 })])
    expect(stderr).toMatch(/^ {2}input\.steps\.0\.lines: /m)
  })

  test('1 when the command is refused', async () => {
    const id = await endedJob()
    expect((await cli.run(['cancel', id, '--reason', 'late'])).code).toBe(1)
    expect((await cli.run(['retry', id])).code).toBe(1)
  })

  test('3 when not signed in, or not allowed', async () => {
    const { stderr, code } = await cli.run(['jobs'], { env: { TAILRACE_TOKEN: 'wrong-wrong-wrong-wrong' } })
    expect(code).toBe(3)
    expect(stderr).toContain('The token came from TAILRACE_TOKEN')
    const none = await cli.run(['jobs'], { env: { TAILRACE_TOKEN: '' } })
    expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('tailrace login') })
    const token = (await (await app.post('/api/tokens', { name: 'v', role: 'viewer' })).json()) as { secret: string }
    const env = { TAILRACE_TOKEN: token.secret }
    expect((await cli.run(['jobs'], { env })).code).toBe(0)
    expect((await cli.run(['run', 'demo', demo({})], { env })).code).toBe(3)
    expect((await cli.run(['tail', 'events'], { env: { TAILRACE_TOKEN: 'wrong-wrong-wrong-wrong' } })).code).toBe(3)
  })

  test('4 when it does not exist', async () => {
    const commands = [['job'], ['retry'], ['cancel', '--reason', 'x'], ['tail', 'job']]
    for (const args of commands) expect((await cli.run([...args, UNKNOWN])).code).toBe(4)
    expect((await cli.run(['pause', 'kitchen', '--reason', 'x'])).code).toBe(4)
  })

  test('5 when the server cannot be reached or is not Tailrace', async () => {
    const url = `http://127.0.0.1:${await deadPort()}`
    for (const args of [['jobs'], ['tail', 'events'], ['run', 'demo', demo({}), '--wait']]) {
      const { code, stderr } = await cli.run([...args, '--url', url])
      expect(code).toBe(5)
      expect(stderr).toContain(url)
    }
    const { port } = await httpSite((_request, response) => void response.end('<h1>It works!</h1>'))
    const { code, stderr } = await cli.run(['jobs', '--url', `http://127.0.0.1:${port}`])
    await closeSites()
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('does not answer like Tailrace') })
  })
})
