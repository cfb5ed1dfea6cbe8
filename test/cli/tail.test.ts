import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { closeSites, deadPort, httpSite } from '../support/sites'
import { startNode } from '../system/node'
import { CommandLine, demo, objectsIn } from './cli'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let cli: CommandLine

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
})

afterEach(closeSites)

afterAll(async () => {
  await parts.stop()
  await cli.remove()
})

const createJob = async (step: Record<string, unknown>) => (await cli.run(['run', 'demo', demo(step)])).stdout.trim()
const endedJob = async (step: Record<string, unknown>) => {
  const { stdout } = await cli.run(['run', 'demo', demo(step), '--wait'])
  return stdout.slice(0, 36)
}

let long: Promise<string> | undefined
/** A job whose log takes several requests and fills any pipe. */
const longJob = () => (long ??= endedJob({ lines: 3_000, line_bytes: 300 }))

/** A tail without history shows only what happens while it is connected, so tests wait for the connection. */
async function openStreams(): Promise<number> {
  const metrics = await (await app.get('/metrics')).text()
  return Number(/^tailrace_stream_connections\{transport="sse"\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
}

/** The numbers of the log lines in `--json` output. */
const linesIn = (text: string) =>
  objectsIn(text)
    .filter(({ event }) => event === 'log')
    .map(({ line }) => line as number)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('tail job', () => {
  test('shows the lines of a running job until it ends', async () => {
    const id = await createJob({ lines: 20, interval_ms: 20 })
    const { code, stdout } = await cli.run(['tail', 'job', id, '--lines', 'all'])
    expect(code).toBe(0)
    expect(stdout.match(/^\S+ INFO {2}\[pump\] pump worker 1 line \d+ of 20$/gm)).toHaveLength(20)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('== ✓ completed: 20 lines')
    expect(stdout).not.toContain('\x1b')
  })

  test('--json prints one object per line, in order, ending with `end`', async () => {
    const id = await endedJob({ lines: 5 })
    const { stdout } = await cli.run(['tail', 'job', id, '--json'])
    const objects = objectsIn(stdout)
    expect(linesIn(stdout)).toEqual(range(1, 5))
    expect(objects.find(({ event }) => event === 'status')).toMatchObject({ job: { id, status: 'completed' } })
    expect(objects.at(-1)).toEqual({ event: 'end', topic: `job:${id}`, reason: 'completed' })
  })

  test('--lines, --q, --step and --level select lines', async () => {
    const id = await endedJob({ lines: 30, fail_rate: 1 })
    const linesWith = async (...args: string[]) =>
      linesIn((await cli.run(['tail', 'job', id, '--json', ...args])).stdout)
    const all = await linesWith('--lines', 'all')
    expect(await linesWith('--lines', '3')).toEqual(all.slice(-3))
    expect(await linesWith('--q', 'line 7 of')).toEqual([7])
    expect(await linesWith('--step', 'elsewhere')).toEqual([])
    expect(await linesWith('--level', 'error')).toEqual(all.slice(-1))
  })

  test('--no-follow ends after the existing lines, even if they take several requests', async () => {
    const id = await createJob({ lines: 100_000, interval_ms: 20 })
    await cli.start(['tail', 'job', id, '--lines', 'all']).says(/line 2 of/)
    const { code, stdout } = await cli.run(['tail', 'job', id, '--no-follow', '--json', '--lines', 'all'])
    expect(code).toBe(0)
    expect(linesIn(stdout).slice(0, 2)).toEqual([1, 2])
    await cli.run(['cancel', id, '--reason', 'seen'])
    const whole = await cli.run(['tail', 'job', await longJob(), '--no-follow', '--json', '--lines', 'all'])
    expect(linesIn(whole.stdout)).toEqual(range(1, 3_000))
  })

  test('an interrupted tail says how to continue, and exits with 130', async () => {
    const id = await createJob({ lines: 100_000, interval_ms: 5 })
    const first = cli.start(['tail', 'job', id, '--json', '--lines', 'all'])
    await first.says(/line 20 of/)
    first.process.kill('SIGINT')
    const { code, stdout, stderr } = await first.ended
    expect(code).toBe(130)
    const after = /--after (\S+)/.exec(stderr)?.[1] ?? ''
    const rest = cli.start(['tail', 'job', id, '--json', '--after', after])
    await rest.says(/line \d+ of/)
    await cli.run(['cancel', id, '--reason', 'seen'])
    const lines = [...linesIn(stdout), ...linesIn((await rest.ended).stdout)]
    expect(lines).toEqual(range(1, lines.length))
  })
})

test('an id of another topic causes a reset, which is shown', async () => {
  const id = await endedJob({ lines: 2 })
  const [text, json] = await Promise.all([
    cli.run(['tail', 'job', id, '--after', 'elsewhere.5']),
    cli.run(['tail', 'job', id, '--after', 'elsewhere.5', '--json']),
  ])
  expect(text.stdout).toMatch(/^!! The stream was reset/m)
  expect(objectsIn(json.stdout)).toContainEqual(expect.objectContaining({ event: 'reset', topic: `job:${id}` }))
})

test('a gap is shown', async () => {
  const gap = { topic: 'events', from_seq: 3, to_seq: 14, missed: 12, reason: 'trimmed' }
  const { port } = await httpSite((request, response) => {
    if (request.url?.startsWith('/api/session')) return void response.end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: gap\nid: a.14\ndata: ${JSON.stringify(gap)}\n\n`)
  })
  const url = `http://127.0.0.1:${port}`
  const text = cli.start(['tail', 'events', '--url', url])
  await text.says(/^!! 12 entries are missing here \(trimmed\)\.$/m)
  const json = cli.start(['tail', 'events', '--url', url, '--json'])
  await json.says(/"missed":12/)
  for (const { process: child, ended } of [text, json]) {
    child.kill('SIGINT')
    await ended
  }
})

test('tail events and tail service show new entries', async () => {
  await eventually(async () => (await openStreams()) === 0, 'earlier commands have disconnected')
  const events = cli.start(['tail', 'events', '--types', 'job_completed', '--lines', '0'])
  const service = cli.start(['tail', 'service', 'web', '--q', '/api/jobs', '--json'])
  await eventually(async () => (await openStreams()) === 2, 'both are connected')
  const id = await endedJob({ lines: 1 })
  await events.says(new RegExp(`job_completed +job_id=${id}`))
  await service.says(/"event":"log","topic":"service:web".*POST \/api\/jobs/)
  for (const { process: child, ended } of [events, service]) {
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
  }
  const { stdout } = await cli.run(['tail', 'events', '--no-follow', '--json', '--types', 'job_completed'])
  expect(objectsIn(stdout).at(-1)).toMatchObject({
    event: 'job_completed',
    type: 'job_completed',
    data: { job_id: id },
  })
})

test('after the server is killed and restarted, the tail continues where it stopped', async () => {
  const { databaseUrl, redisUrl } = parts.where
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    REDIS_PREFIX: parts.where.prefix,
    STREAM_MAX_PER_IP: '0',
  }
  const PORT = String(await deadPort())
  const url = `http://127.0.0.1:${PORT}`
  const first = await startNode('web', app.token, { ...env, PORT })
  const id = await createJob({ lines: 600, interval_ms: 5 }) // runs in the app of this test
  const tail = cli.start(['tail', 'job', id, '--json', '--lines', 'all', '--url', url, '--exit-status'])
  await tail.says(/line 30 of/)
  await first.kill()
  await tail.says(/Trying again in/, 'stderr')
  const second = await startNode('web', app.token, { ...env, PORT })
  const { code, stdout, stderr } = await tail.ended
  await second.stop()
  expect(code).toBe(0)
  expect(stderr).toContain('Connected again.')
  expect(linesIn(stdout)).toEqual(range(1, 600))
  expect(stdout).not.toMatch(/"event":"(gap|reset)"/)
})

test('exits with 5 if the server does not come back', async () => {
  const env = {
    DATABASE_URL: parts.where.databaseUrl,
    REDIS_URL: parts.where.redisUrl,
    REDIS_PREFIX: parts.where.prefix,
  }
  const server = await startNode('web', app.token, env)
  const tail = cli.start(['tail', 'service', '--patience', '1', '--url', server.url])
  await tail.says(/INFO/)
  await server.kill()
  expect(await tail.ended).toMatchObject({ code: 5, stderr: expect.stringContaining('Could not reconnect') })
})

describe('a closed output pipe', () => {
  /** Like `command | head -1`: the pipe is closed after the first line. */
  async function throughHead(args: string[]) {
    const shell = spawn(
      'bash',
      ['-c', '"$@" | head -1; echo $PIPESTATUS', 'sh', process.execPath, cli.program, ...args],
      {
        env: cli.env,
      },
    )
    let [stdout, stderr] = ['', '']
    shell.stdout.on('data', text => (stdout += text))
    shell.stderr.on('data', text => (stderr += text))
    await once(shell, 'close')
    return { lines: stdout.trimEnd().split('\n'), stderr }
  }

  test('ends a list or a tail without an error', async () => {
    const id = await longJob()
    for (const args of [
      ['jobs', '--json'],
      ['tail', 'job', id, '--lines', 'all', '--json'],
    ]) {
      const { lines, stderr } = await throughHead(args)
      expect(lines).toHaveLength(2)
      expect(lines[1]).toBe('0')
      expect(stderr).toBe('')
    }
  })

  test('does not count as success while the job runs', async () => {
    const { lines, stderr } = await throughHead(['run', 'demo', demo({ lines: 500, interval_ms: 10 }), '--wait'])
    expect(lines[1]).toBe('141')
    expect(stderr).toBe('')
    await cli.run(['cancel', lines[0] ?? '', '--reason', 'seen'])
  })
})

describe('output to a full disk', () => {
  test.each([
    ['help'],
    ['jobs'],
    ['jobs', '--json'],
    ['job', 'ID'],
    ['queues'],
    ['tail', 'job', 'ID', '--lines', 'all'],
    ['tail', 'job', 'ID', '--lines', 'all', '--no-follow', '--json'],
    ['run', 'demo', demo({ lines: 1 })],
    ['version'],
  ])('%s %s reports it in one sentence and fails', async (...args) => {
    const id = await longJob()
    const words = args.map(arg => (arg === 'ID' ? id : arg))
    const shell = spawn('sh', ['-c', '"$@" > /dev/full', 'sh', process.execPath, cli.program, ...words], {
      env: cli.env,
    })
    let stderr = ''
    shell.stderr.on('data', text => (stderr += text))
    const [code] = await once(shell, 'close')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^The output could not be written \(ENOSPC: .*\) and is incomplete\.\n$/),
    })
  })
})

test('Ctrl-C leaves the job of run --wait running, and says so', async () => {
  const running = cli.start(['run', 'demo', demo({ lines: 10_000, interval_ms: 20 }), '--wait'])
  await running.says(/line 1 of/)
  running.process.kill('SIGINT')
  const { code, stdout, stderr } = await running.ended
  expect(code).toBe(130)
  const id = stdout.slice(0, 36)
  expect(stderr).toContain(`tailrace cancel ${id}`)
  expect((await cli.run(['job', id])).stdout).toMatch(/^Status: +running$/m)
  await cli.run(['cancel', id, '--reason', 'seen'])
})
